"""A data directory has a name that anybody may read, and only a server gives."""

from models.data_directory import DataDirectory, node_of


def test_whose_directory_it_is_can_be_read_without_claiming_it(tmp_path):
    assert node_of(tmp_path) == "", "no server ever claimed it"
    directory = DataDirectory(tmp_path)
    directory.claim()
    named = directory.node
    directory.release()
    assert named
    assert node_of(tmp_path) == named
    directory.claim()
    directory.release()
    assert directory.node == named


def test_a_directory_that_is_not_there_or_not_readable_is_nobody_s(tmp_path):
    assert node_of(tmp_path / "none") == ""
    (tmp_path / "node").mkdir()
    assert node_of(tmp_path) == ""
