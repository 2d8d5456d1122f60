from .authoring import Chat as Chat
from .authoring import ChatReply as ChatReply
from .checks import Kind as Kind
from .checks import Subject as Subject
from .checks import Verdict as Verdict
from .checks import failed as failed
from .checks import skipped as skipped
from .checks.own import check as check
from .conversation import Attachment as Attachment
from .conversation import Outcome as Outcome
from .conversation import Reply as Reply
from .conversation import ReplyMessage as ReplyMessage
from .conversation import Transcript as Transcript
from .conversation import UserMessage as UserMessage
from .errors import AuthoringError as AuthoringError
from .errors import HarnessError as HarnessError
from .errors import PlayError as PlayError
from .errors import Refused as Refused
from .providers.connection import Connection as Connection

__version__: str
