"""Every document is in one shard, which its id alone decides."""

from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from index.shards.partition import list_members
from index.shards.plan import choose_shard

IDS = st.lists(st.text(st.characters(codec="utf-8"), max_size=8), unique=True)


@given(ids=IDS, shards=st.integers(1, 9), chance=st.randoms(use_true_random=False))
def test_every_document_is_in_exactly_one_shard(ids: list[str], shards: int, chance: object) -> None:
    """In whatever order the documents come, a shard has the same ones, in the order of their ids."""
    members = [[ids[position] for position in positions] for positions in list_members(ids, shards)]
    assert len(members) == shards
    assert sorted(chain.from_iterable(members)) == sorted(ids)
    assert members == [sorted(own) for own in members]
    shuffled = list(ids)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert [[shuffled[position] for position in own] for own in list_members(shuffled, shards)] == members


@given(ids=IDS, other=st.text(st.characters(codec="utf-8")), shards=st.integers(1, 9))
def test_another_document_moves_none(ids: list[str], other: str, shards: int) -> None:
    """So only the shard that it comes into is embedded again."""
    before, after = (
        [[names[position] for position in own] for own in list_members(names, shards)]
        for names in (ids, list({*ids, other}))
    )
    changed = {number for number in range(shards) if before[number] != after[number]}
    assert changed <= {choose_shard(other, shards)}
