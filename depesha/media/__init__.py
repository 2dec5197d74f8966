"""Files: kept by their content, given to those who are signed in, with thumbnails and previews.

Requirements M3 (the server's side), M2 (link previews). Spec: client-server API,
"Content repository".
"""

from depesha.media.jobs import keep_media as keep_media
from depesha.media.record import Media as Media
from depesha.media.upload import ARRIVED as ARRIVED
from depesha.media.upload import hear_arrival as hear_arrival
from depesha.media.upload import keep_picture as keep_picture
