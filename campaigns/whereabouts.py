"""Where a person may be who is called at one of their numbers: as the list says, and as that number tells. Pure."""

from dataclasses import dataclass
from datetime import datetime

from campaigns.calling_hours import CallingHours, Closed
from campaigns.phone_number import NotANumber, PhoneNumber, numbering


@dataclass(frozen=True)
class Whereabouts:
    """Time zones and regions in all of which the hours must hold."""

    timezone: str
    """IANA names joined by ","; "" where nobody knows."""
    regions: tuple[str, ...]

    def closed(self, hours: CallingHours, now: datetime) -> Closed | None:
        """Return why nobody may be called there at `now`; None: they may."""
        found = (hours.closed(self.timezone, region, now) for region in self.regions)
        return next(filter(None, found), None)


def whereabouts(number: str, first: str, timezone: str, region: str, country: str) -> Whereabouts:
    """Return where the person may be whose lead has `first` as its number, `timezone` and `region`.

    For another number of theirs (E.164, of a campaign of `country`) the hours must hold where that number is, too.
    Where it tells no zone, the lead's zone counts only if the list gave it: what the first number told is of that one.
    """
    if number == first:
        return Whereabouts(timezone, (region,))
    told = _read(number, country)
    if told is None or not told.timezone:
        by_first = _read(first, country)
        known = timezone if by_first is None or by_first.timezone != timezone else ""
        return Whereabouts(known, (region,))
    zones = dict.fromkeys([*filter(None, timezone.split(",")), *told.timezone.split(",")])
    country_of = region.partition("-")[0]
    return Whereabouts(",".join(zones), (region,) if told.region == country_of else (region, told.region))


def _read(number: str, country: str) -> PhoneNumber | None:
    try:
        return numbering(country).read(number)
    except NotANumber:
        return None
