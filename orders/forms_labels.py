"""On what to print labels, and where on a sheet that is partly used."""

from typing import Any

from django import forms
from django.utils.formats import number_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .label_sheets import SHEETS, Sheet


def _words(sheet: Sheet) -> str:
    size = f"{number_format(sheet.width)} × {number_format(sheet.height)} mm"
    if sheet.is_roll:
        return gettext("Roll %(size)s") % {"size": size}
    return gettext("A4, %(count)s labels (%(columns)s × %(rows)s), %(size)s") % {
        "count": sheet.count,
        "columns": sheet.columns,
        "rows": sheet.rows,
        "size": size,
    }


def _sheets() -> list[tuple[str, str]]:
    return [(code, _words(sheet)) for code, sheet in SHEETS.items()]


class LabelForm(forms.Form):
    """The sheet, and from which of its labels on (counted from 1, row by row)."""

    sheet = forms.ChoiceField(label=_("Labels"), required=False, choices=_sheets)
    start = forms.IntegerField(
        label=_("First free label"),
        required=False,
        min_value=1,
        initial=1,
        help_text=_("On a sheet that is partly used, counted row by row."),
    )

    @property
    def chosen(self) -> Sheet:
        """The sheet that was chosen, or the first."""
        return SHEETS[self.cleaned_data.get("sheet") or next(iter(SHEETS))]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        count = self.chosen.count
        if (cleaned.get("start") or 1) > count:
            self.add_error(
                "start",
                forms.ValidationError(_("This sheet has %(count)s labels only."), params={"count": count}),
            )
        return cleaned


class ProducerLabelForm(LabelForm):
    """Of what there is a label: each box, or each order's portion for those who pack them apart."""

    by = forms.ChoiceField(
        label=_("One label for each"),
        required=False,
        choices=[("box", _("box")), ("portion", _("order's portion"))],
    )
