"""Search in what was said, by the stems of Russian and English words.

Requirement M11. Spec: client-server API, "Server Side Search". Encrypted events are not here:
their text is known to clients alone.
"""

from depesha.search.record import Search as Search
from depesha.search.store import delete_words as delete_words
