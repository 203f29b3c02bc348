from bench.copied_calls import FARTHEST, searched


def test_tokens_are_placed_as_the_database_places_them():
    assert searched("order late ¶ refund") == "'order':1 'late':2 'refund':4"
    assert searched(" ".join(["a"] * (FARTHEST + 2))).endswith(f"'a':{FARTHEST} 'a':{FARTHEST} 'a':{FARTHEST}")
