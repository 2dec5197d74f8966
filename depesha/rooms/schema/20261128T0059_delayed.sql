-- Without those that wait, whose own index has them in the order in which they are due.
DROP INDEX rooms_delayed_finalised;
CREATE INDEX rooms_delayed_finalised ON rooms_delayed (institution_id, finalised_ts)
    WHERE finalised_ts IS NOT NULL;
