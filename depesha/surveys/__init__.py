"""Surveys: questions to a chat, to units or to people, answered openly or anonymously, and summed.

Of an anonymous answer nothing is stored but what it adds to the sums: decision 30 says what that
hides and what it does not. Requirement M10.
"""

from depesha.surveys.follow import follow_account as follow_account
from depesha.surveys.jobs import make_surveys as make_surveys
