"""daemon/syntax.py: what is wrong with saved code, before anything is started for it."""

from pathlib import Path

from ambuda_desktop.daemon.syntax import first_fault


def test_an_error_of_syntax_has_its_place(tmp_path: Path) -> None:
    # Given a good file, one that is gone, and a bad one
    good, gone, bad = tmp_path / "good.py", tmp_path / "gone.py", tmp_path / "bad.py"
    good.write_text("X = 1\n")
    bad.write_text("X = 1\nY = (2,\nZ == ]\n")

    # Then file, line, column and the line itself are told
    fault = first_fault([good, gone, bad])
    assert fault is not None
    assert (fault.file, fault.line, fault.text) == (str(bad), 3, "Z == ]")
    assert fault.text[fault.column - 1] == "]"
    assert fault.sentence.startswith("bad.py, line 3: ")


def test_good_code_has_no_fault(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("# coding: latin-1\nX = '\xe9'\n", encoding="latin-1")
    assert first_fault([tmp_path / "a.py"]) is None


def test_what_is_no_text_is_a_fault_and_no_accident(tmp_path: Path) -> None:
    for number, data in enumerate((b"X = 1\0", b"\xff\xfe\xfa", b"# coding: no-such\n")):
        (tmp_path / f"{number}.py").write_bytes(data)
        assert first_fault([tmp_path / f"{number}.py"]) is not None


def test_code_is_not_run(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(f"open({str(tmp_path / 'made')!r}, 'w')\n")
    assert first_fault([tmp_path / "a.py"]) is None
    assert not (tmp_path / "made").exists()
