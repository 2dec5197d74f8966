"""Files: kept by their content, given to those who are signed in, with thumbnails and previews.

Requirements M3 (the server's side, and tiles of maps), M2 (link previews). Spec: client-server
API, "Content repository".
"""

from depesha.media.erase import remove_files as remove_files
from depesha.media.jobs import keep_media as keep_media
from depesha.media.look import files_made_before as files_made_before
from depesha.media.look import files_of as files_of
from depesha.media.look import find_file as find_file
from depesha.media.look import pictures_over as pictures_over
from depesha.media.record import Media as Media
from depesha.media.store import FileRow as FileRow
from depesha.media.store import MadeRow as MadeRow
from depesha.media.tiles import Kept as Kept
from depesha.media.tiles import Map as Map
from depesha.media.upload import ARRIVED as ARRIVED
from depesha.media.upload import hear_arrival as hear_arrival
from depesha.media.upload import keep_picture as keep_picture
