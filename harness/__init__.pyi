from .checks import Kind as Kind
from .checks import Subject as Subject
from .checks import Verdict as Verdict
from .checks import failed as failed
from .checks import skipped as skipped
from .checks.python_check import check as check
from .conversation import Attachment as Attachment
from .conversation import Outcome as Outcome
from .conversation import Reply as Reply
from .conversation import ReplyMessage as ReplyMessage
from .conversation import ToolCall as ToolCall
from .conversation import ToolResult as ToolResult
from .conversation import Transcript as Transcript
from .conversation import UserMessage as UserMessage
from .core.errors import AuthoringError as AuthoringError
from .core.errors import HarnessError as HarnessError
from .core.errors import PlayError as PlayError
from .core.errors import Refused as Refused
from .plans import Plan as Plan
from .plans import PlannedScenario as PlannedScenario
from .plans import plan as plan
from .providers.connection import Connection as Connection
from .running import run as run
from .testing import Chat as Chat
from .testing import ChatReply as ChatReply

__version__: str
