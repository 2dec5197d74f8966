"""Posts: one writes to the "duty officer", and whoever holds the post at that hour is there.

Requirement G7. A post is a user of the server that stands in a level of the tree, so that it is
found, seen and written to like anybody of that level, by every Matrix client. To whatever chat it
is invited, its holders of the moment come along, and leave when their time is over; what the next
ones can read of it is said by the post. Endpoints of our own at `/_depesha/v1/posts`.
"""

from depesha.posts.gate import gate_post as gate_post
from depesha.posts.keep import Wanted as Wanted
from depesha.posts.keep import follow_holder as follow_holder
from depesha.posts.keep import make_post as make_post
from depesha.posts.keep import set_roster as set_roster
from depesha.posts.record import Posts as Posts
from depesha.posts.record import load_posts as load_posts
from depesha.posts.rules import Shift as Shift
from depesha.posts.seats import make_turns as make_turns
from depesha.posts.seats import project_post as project_post
