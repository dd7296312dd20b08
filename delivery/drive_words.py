"""What the courier's page says by itself while there is no signal; `{n}` and the like are filled in there."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def drive_words() -> dict[str, str]:
    """Return the texts of `js/drive/page.js` in the reader's language, by their keys."""
    return {
        # Whether everything is at the hub
        "offline": _("No signal · records are kept on this phone"),
        "offline_kept": _("No signal · {n} kept on this phone"),
        "sending": _("Sending · {n} to go"),
        "kept": _("The hub does not answer · {n} kept on this phone"),
        "all_sent": _("Everything is sent"),
        "log_in": _("Logged out · {n} kept; they are sent once you log in again"),
        "not_kept": _("This phone could not keep the record. Please free some space and try again."),
        "others": _("{n} records of another courier wait on this phone until that person logs in."),
        # What became of a stop
        "handed_over": pgettext("road", "handed over"),
        "failed": pgettext("road", "not handed over"),
        "again_later": _("tried again later"),
        "arrived": pgettext("road", "arrived"),
        "waiting": _("kept on this phone"),
        "sent": _("sent"),
        "not_taken": _("not taken by the hub"),
        "problem": _("Your record is kept at the hub, which has been told."),
        "refused": _("Your record is kept on this phone. Please call the hub."),
        # Boxes
        "boxes_all": _("all in the van"),
        "boxes_missing": _("{n} missing"),
        "not_on_route": _("{code} is not on this route."),
        "scanned": _("{name}: box {n} of {all}"),
        # What a form lacks
        "wrong_count": _("Please enter a number from 0 to {n}."),
        "why_missing": _("Please choose why units are missing."),
        "nothing": _("Nothing was handed over: please report a failure instead."),
        "receiver_missing": _("Please write down who received it."),
        "signature_missing": _("Please have it signed, or take a photo."),
        "reason_missing": _("Please choose what happened."),
        "next_missing": _("Please choose what happens next."),
    }
