"""Properties of the rules on keys."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from depesha.base.canonical import canonical, decode
from depesha.keys.rules import (
    DEVICE_SIGNERS,
    MASTER_SIGNERS,
    SELF_SIGNING_SIGNERS,
    Owner,
    Rank,
    Usage,
    find_cross_signing_fault,
    find_device_fault,
    is_same_key,
    is_signed_by,
    public_key,
    read_keys,
    visible,
    with_signatures,
)
from tests.keys.signing import Identity, device_keys, new_key, public, sign

RANKS = st.builds(Rank, st.booleans(), st.integers(0, 3), st.integers(0, 3))


@given(RANKS, RANKS, RANKS)
def test_better_is_a_strict_order(one: Rank, two: Rank, three: Rank) -> None:
    assert not one.is_better_than(one)
    assert one == two or one.is_better_than(two) != two.is_better_than(one)
    if one.is_better_than(two) and two.is_better_than(three):
        assert one.is_better_than(three)


@given(RANKS, RANKS)
def test_what_is_verified_is_better(one: Rank, two: Rank) -> None:
    if one.is_verified and not two.is_verified:
        assert one.is_better_than(two)


@given(st.lists(RANKS, min_size=1))
def test_the_order_of_uploads_does_not_matter(ranks: list[Rank]) -> None:
    def kept(uploads: list[Rank]) -> Rank:
        best = uploads[0]
        for rank in uploads[1:]:
            best = rank if rank.is_better_than(best) else best
        return best

    assert kept(ranks) == kept(ranks[::-1]) == kept(sorted(ranks, key=lambda rank: rank.order))


USERS = st.sampled_from(["@owner:x", "@viewer:x", "@third:x"])
KEYS = {usage: f"ed25519:{usage}" for usage in Usage}
KEY_IDS = st.sampled_from([*KEYS.values(), "ed25519:DEVICE", "ed25519:OTHER"])
SIGNATURES = st.dictionaries(USERS, st.dictionaries(KEY_IDS, st.just("signature")))
OWNER = Owner("@owner:x", KEYS)
SIGNERS = st.sampled_from([DEVICE_SIGNERS, MASTER_SIGNERS, SELF_SIGNING_SIGNERS])


@given(SIGNATURES, SIGNERS)
def test_others_see_neither_third_signatures_nor_private_ones(
    signatures: dict[str, dict[str, str]], signers: frozenset[Usage]
) -> None:
    shown = visible({"signatures": signatures}, OWNER, "@viewer:x", signers)["signatures"]
    assert "@third:x" not in shown
    assert KEYS[Usage.USER_SIGNING] not in shown.get("@owner:x", {})
    assert shown.get("@viewer:x") == signatures.get("@viewer:x")
    for usage in Usage:
        given_ = KEYS[usage] in signatures.get("@owner:x", {})
        assert (KEYS[usage] in shown.get("@owner:x", {})) == (given_ and usage in signers)
    for device in ("ed25519:DEVICE", "ed25519:OTHER"):
        assert (device in shown.get("@owner:x", {})) == (device in signatures.get("@owner:x", {}))


@given(SIGNATURES, SIGNERS)
def test_owners_see_all_their_own_signatures(
    signatures: dict[str, dict[str, str]], signers: frozenset[Usage]
) -> None:
    shown = visible({"signatures": signatures}, OWNER, "@owner:x", signers)["signatures"]
    assert shown == {user: own for user, own in signatures.items() if user == "@owner:x"}


@given(SIGNATURES, st.lists(st.tuples(USERS, KEY_IDS, st.text())))
def test_signatures_are_added_and_nothing_else(
    signatures: dict[str, dict[str, str]], more: list[tuple[str, str, str]]
) -> None:
    before = {"keys": {"a": "b"}, "signatures": signatures}
    kept = decode(canonical(before))
    after = with_signatures(before, more)
    assert before == kept
    assert is_same_key(before, after)
    for user, key_id, text in more[-1:]:
        assert after["signatures"][user][key_id] == text


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
FIELDS = st.sampled_from(["user_id", "device_id", "algorithms", "keys", "signatures", "usage", "x"])


@given(st.dictionaries(FIELDS, JSON))
def test_no_object_breaks_the_checks(value: dict[str, Any]) -> None:
    assert find_device_fault(value, "@a:b", "D")
    assert find_cross_signing_fault(value, "@a:b", Usage.MASTER)


@given(FIELDS, JSON)
def test_no_changed_field_breaks_the_checks(field: str, value: Any) -> None:
    keys = device_keys("@a:b", "D", new_key())
    find_device_fault({**keys, field: value}, "@a:b", "D")
    find_cross_signing_fault({**Identity("@a:b").key("master"), field: value}, "@a:b", Usage.MASTER)
    assert find_device_fault(keys, "@a:b", "D") is None


@given(st.dictionaries(st.text(), JSON))
def test_no_keys_break_the_reading(keys: dict[str, Any]) -> None:
    found = read_keys(keys)
    assert isinstance(found, str) or len(found) == len(keys)


def test_a_signature_is_of_its_key_and_its_object() -> None:
    identity = Identity("@a:b")
    key, name = identity.key("self_signing"), public(identity.master)
    assert is_signed_by(key, "@a:b", name)
    assert not is_signed_by(key, "@c:d", name)
    assert not is_signed_by(key, "@a:b", public(identity.user_signing))
    assert not is_signed_by({**key, "usage": ["master"]}, "@a:b", name)
    assert is_signed_by({**key, "unsigned": {"any": "thing"}}, "@a:b", name)
    other = sign(identity.key("master"), "@a:b", "DEVICE", identity.self_signing)
    assert is_signed_by(other, "@a:b", public_key(key), "ed25519:DEVICE")
