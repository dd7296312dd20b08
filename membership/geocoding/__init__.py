"""Where an address is: the geocoders of the setting in their order, then the districts known by heart.

`find.find_address` is the one entry. A geocoder is asked at its own pace over all processes, its answers are
kept where its terms allow that, and one that fails is left alone for a while. Nobody is asked inside a
transaction.
"""
