"""Keys of devices and people, their backup, and what travels between devices.

Requirements: M12, P3, G9. Spec: client-server API, "End-to-End Encryption" and "Send-to-Device
messaging"; MSC3814 (dehydrated devices).
"""

from depesha.keys.claim import drop_unclaimed as drop_unclaimed
from depesha.keys.claim import reset_all_unclaimed as reset_all_unclaimed
from depesha.keys.counts import find_told as find_told
from depesha.keys.cross_sign import is_cross_signing_key as is_cross_signing_key
from depesha.keys.follow import follow_device as follow_device
from depesha.keys.follow import follow_person as follow_person
from depesha.keys.kinds import COUNT as COUNT
from depesha.keys.kinds import LIST as LIST
from depesha.keys.kinds import TO_DEVICE as TO_DEVICE
from depesha.keys.lists import find_list_changes as find_list_changes
from depesha.keys.messages.queue import Address as Address
from depesha.keys.messages.queue import acknowledge as acknowledge
from depesha.keys.messages.queue import find_messages as find_messages
from depesha.keys.messages.queue import remove_messages as remove_messages
from depesha.keys.record import Keys as Keys
