"""Language, culture and time zone of a SuperOffice request, from its headers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from starlette.datastructures import Headers

from harness.emulators.superoffice_bot import LANGUAGES


@dataclass(frozen=True, slots=True, kw_only=True)
class Locale:
    """The `language` of texts and the `culture` of numbers are both en, de or nb."""

    language: str
    culture: str
    zone: tzinfo

    def timestamp(self, nanoseconds: int) -> str:
        """A time since 1970 as the API writes it: seven digits of the second, and the offset."""
        whole, rest = divmod(nanoseconds, 1_000_000_000)
        moment = datetime.fromtimestamp(whole, UTC).astimezone(self.zone)
        offset = moment.strftime("%z")
        return f"{moment:%Y-%m-%dT%H:%M:%S}.{rest // 100:07d}{offset[:3]}:{offset[3:5]}"


def read_locale(headers: Headers, iso_lang_code: str | None) -> Locale:
    """The locale of a request.

    SO-Language comes before Accept-Language, which comes before the body's IsoLangCode; a
    language that the bot does not speak is skipped, and the default is en. SO-Culture is
    ignored unless a header set the language. SO-TimeZone is an IANA name; without it times are
    in UTC. Raises ValueError for an unknown time zone.
    """
    wanted = [headers.get("so-language", ""), *rank(headers.get("accept-language", ""))]
    named = next((language for each in wanted if (language := _supported(each))), None)
    language = named or _supported(iso_lang_code or "") or "en"
    culture = _supported(headers.get("so-culture", "")) if named else None
    return Locale(
        language=language, culture=culture or language, zone=_zone(headers.get("so-timezone"))
    )


def rank(header: str) -> list[str]:
    """The values of an Accept or Accept-Language header, best first, without those of q=0."""
    ranked = []
    for place, item in enumerate(header.split(",")):
        value, *parameters = [part.strip() for part in item.split(";")]
        quality = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        try:
            weight = float(quality)
        except ValueError:
            weight = 0.0
        if value and weight > 0:
            ranked.append((-weight, place, value.lower()))
    return [value for _, _, value in sorted(ranked)]


def _supported(tag: str) -> str | None:
    language = tag.strip().lower().partition("-")[0]
    language = "nb" if language == "no" else language
    return language if language in LANGUAGES else None


def _zone(name: str | None) -> tzinfo:
    if name is None:
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"The time zone {name!r} is not known.") from error
