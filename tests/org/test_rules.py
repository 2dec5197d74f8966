"""Properties of who sees whom, on trees and people made up at random."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from depesha.org.rules import Rule, deciding_node, find_refusal, may, sees
from depesha.org.tree import ALL, Absence, Level, Right, Tree

NOW = 1_000


@dataclass
class Plan:
    """A tree as lists, for reckoning by hand what the tree in memory says."""

    parents: dict[int, int]
    managers: dict[int, str | None]
    rights: dict[int, int | None]
    posts: dict[str, list[int]]

    def build(self) -> Tree:
        tree = Tree()
        for unit, parent in self.parents.items():
            manager, rights = self.managers[unit], self.rights[unit]
            tree.put_level(Level(unit, parent, "unit", f"u{unit}", manager, rights))
        for person, units in self.posts.items():
            tree.put_posts(person, units)
        return tree

    def line(self, unit: int) -> list[int]:
        """The level and those above it."""
        found = []
        while unit:
            found.append(unit)
            unit = self.parents[unit]
        return found

    def managed(self, person: str) -> list[int]:
        return [unit for unit, manager in self.managers.items() if manager == person]

    def of(self, person: str) -> list[int]:
        return self.posts.get(person, []) + self.managed(person)

    def chief(self, unit: int, apart_from: str | None = None) -> str | None:
        named = (self.managers[each] for each in self.line(unit))
        return next((m for m in named if m is not None and m != apart_from), None)

    def sees(self, viewer: str, target: str) -> bool:
        """Requirement O2, word by word."""
        if viewer == target:
            return True
        for unit in self.of(viewer):
            # One's own level and the levels below.
            if any(unit in self.line(other) for other in self.of(target)):
                return True
            # Its manager.
            if self.chief(unit) == target:
                return True
        for unit in self.managed(viewer):
            # A manager's own manager, and the managers of the levels beside.
            beside = [u for u, parent in self.parents.items() if parent == self.parents[unit]]
            if target in [self.managers[u] for u in beside]:
                return True
            above = self.line(unit)[1:]
            if above and self.chief(above[0], viewer) == target:
                return True
        return False


names = st.sampled_from([f"@{letter}:x.test" for letter in "abcdefgh"])


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    count = draw(st.integers(1, 9))
    units = range(1, count + 1)
    # A parent has a smaller number, so that there are no circles; 0 makes another organisation.
    parents = {unit: draw(st.integers(0, unit - 1)) for unit in units}
    managers = {unit: draw(st.none() | names) for unit in units}
    rights = {unit: draw(st.none() | st.integers(0, ALL)) for unit in units}
    posts = draw(st.dictionaries(names, st.lists(st.sampled_from(units), max_size=2, unique=True)))
    return Plan(parents, managers, rights, posts)


@given(plans(), names, names)
def test_one_sees_whom_the_requirement_names(plan: Plan, viewer: str, target: str) -> None:
    in_tree = bool(plan.of(viewer) and plan.of(target))
    expected = viewer == target or (in_tree and plan.sees(viewer, target))
    assert sees(plan.build(), viewer, target, NOW) is expected


@given(plans(), names)
def test_the_head_sees_all_of_the_structure(plan: Plan, target: str) -> None:
    tree = plan.build()
    for unit, manager in plan.managers.items():
        if manager is None or plan.parents[unit]:
            continue
        inside = any(plan.line(other)[-1] == unit for other in plan.of(target))
        assert sees(tree, manager, target, NOW) or not inside


@given(plans(), names, names)
def test_whom_one_may_address_one_sees(plan: Plan, sender: str, target: str) -> None:
    tree = plan.build()
    if find_refusal(tree, sender, target, NOW) is None:
        assert sees(tree, sender, target, NOW)


@given(plans(), names, names)
def test_levels_below_are_addressed_and_others_need_a_request(
    plan: Plan, sender: str, target: str
) -> None:
    tree = plan.build()
    refusal = find_refusal(tree, sender, target, NOW)
    below = any(
        unit in plan.line(other)[1:] for unit in plan.managed(sender) for other in plan.of(target)
    )
    if below and plan.managed(target) == []:
        assert refusal is None
    if refusal is not None and refusal.rule is Rule.CONTACT:
        shared = set(plan.posts.get(sender, [])) & set(plan.posts.get(target, []))
        chiefs = {plan.chief(unit) for unit in plan.of(sender)}
        assert not shared or target in chiefs or sender in chiefs or plan.managed(target)


@given(plans(), names, names)
def test_upward_only_with_the_right(plan: Plan, sender: str, target: str) -> None:
    tree = plan.build()
    refusal = find_refusal(tree, sender, target, NOW)
    if refusal is not None and refusal.rule is Rule.WRITE_UPWARD:
        places = tree.place(sender)
        assert places is not None
        chained = [n for n in places.all if target in {n.chief, n.above}]
        assert chained
        assert not any(node.rights & Right.WRITE_UPWARD for node in chained if node.chief == target)


@given(plans(), names, names, names)
def test_a_deputy_sees_and_is_seen_as_the_absent(
    plan: Plan, absent: str, deputy: str, other: str
) -> None:
    tree = plan.build()
    before = {pair: sees(tree, *pair, NOW) for pair in ((deputy, other), (other, deputy))}
    if deputy == absent or not plan.of(absent) or not plan.of(other):
        return
    tree.put_absences(absent, [Absence(deputy, NOW, NOW + 10)])
    assert sees(tree, deputy, absent, NOW)
    assert sees(tree, deputy, other, NOW) or not sees(tree, absent, other, NOW)
    assert sees(tree, other, deputy, NOW) or not sees(tree, other, absent, NOW)
    for late in (NOW - 1, NOW + 10):
        assert sees(tree, deputy, other, late) is before[deputy, other]
        assert sees(tree, other, deputy, late) is before[other, deputy]
    tree.put_absences(absent, [])
    assert sees(tree, deputy, other, NOW) is before[deputy, other]


@given(plans(), st.data())
def test_what_changes_is_as_if_it_had_always_been_so(plan: Plan, data: st.DataObject) -> None:
    """The tree that followed changes says the same as one that was built anew."""
    tree = plan.build()
    for _ in range(data.draw(st.integers(1, 6))):
        tree.place("@a:x.test")
        if data.draw(st.booleans()):
            unit = data.draw(st.sampled_from(sorted(plan.parents)))
            plan.parents[unit] = data.draw(st.integers(0, unit - 1))
            plan.managers[unit] = data.draw(st.none() | names)
            level = Level(
                unit, plan.parents[unit], "unit", f"u{unit}", plan.managers[unit], plan.rights[unit]
            )
            tree.put_level(level)
        else:
            person = data.draw(names)
            units = data.draw(st.lists(st.sampled_from(sorted(plan.parents)), unique=True))
            plan.posts[person] = units
            tree.put_posts(person, units)
    fresh = plan.build()
    people = [f"@{letter}:x.test" for letter in "abcdefgh"]
    for viewer in people:
        for target in people:
            assert sees(tree, viewer, target, NOW) is sees(fresh, viewer, target, NOW)
            assert find_refusal(tree, viewer, target, NOW) == find_refusal(
                fresh, viewer, target, NOW
            )


@given(plans(), names)
def test_rights_are_those_of_the_nearest_level_that_says_so(plan: Plan, person: str) -> None:
    tree = plan.build()
    for right in Right:
        said = [
            next((r for u in plan.line(unit) if (r := plan.rights[u]) is not None), None)
            for unit in plan.posts.get(person, [])
        ]
        usual = right is not Right.SEND_URGENT
        expected = any(usual if each is None else bool(each & right) for each in said)
        everything = bool(plan.managed(person)) or not said
        assert may(tree, person, right) is (everything or expected)


def test_the_manager_decides_where_the_level_says_so() -> None:
    tree = Tree()
    tree.put_level(Level(1, 0, "organisation", "A", "@head:x.test", None, "manager"))
    tree.put_level(Level(2, 1, "unit", "B", "@lead:x.test"))
    tree.put_level(Level(3, 2, "rank", "C"))
    tree.put_level(Level(4, 2, "unit", "D", None, None, "person"))
    tree.put_posts("@c:x.test", [3])
    tree.put_posts("@d:x.test", [4])
    tree.put_posts("@lead:x.test", [2])

    def decides(person: str) -> str | None:
        node = deciding_node(tree, person)
        return None if node is None else node.level.manager

    assert decides("@c:x.test") == "@lead:x.test"
    assert decides("@d:x.test") is None
    # Nobody decides on requests to oneself in place of oneself: the next above does.
    assert decides("@lead:x.test") == "@head:x.test"
    assert decides("@nobody:x.test") is None
