"""Which product shall come instead of which."""

from django import forms


class SwapForm(forms.Form):
    """Keys of products; without an alternative the product itself comes again."""

    product = forms.IntegerField(min_value=1)
    alternative = forms.IntegerField(min_value=1, required=False)
