"""What a checkout promises before it runs: its dependencies, its lock, its set-up script and its sample book."""

import os
import re
import shutil
import subprocess
import time
import tomllib
from pathlib import Path

import pikepdf
import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "packaging" / "requirements.lock"
SCRIPTS = ("run", "test", ".ci/run", "packaging/setup.sh", "packaging/lock.sh", "packaging/build.sh")


def names_in(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=~! ;]", line)[0].lower() for line in requirements}


def test_the_libraries_we_are_about_are_direct_dependencies() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert names_in(project["dependencies"]) >= {
        "pyside6-essentials", "celery", "redis", "pdf2image", "google-cloud-vision", "watchdog",
    }  # fmt: skip
    assert "pytest-qt" in names_in(project["optional-dependencies"]["dev"])


def test_the_lock_has_every_dependency_with_hashes_and_names_no_host() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    text = LOCK.read_text()
    entries = re.split(r"\n(?=[a-z0-9])", text.strip())
    assert all("--hash=sha256:" in entry for entry in entries)
    assert names_in(project["dependencies"]) | names_in(project["optional-dependencies"]["dev"]) <= names_in(
        entries
    )
    assert "://" not in text


@pytest.mark.parametrize("script", SCRIPTS)
def test_scripts_can_be_run_and_parse(script: str) -> None:
    assert os.access(ROOT / script, os.X_OK)
    subprocess.run(["bash", "-n", ROOT / script], check=True)


# --- packaging/setup.sh, with everything it could call replaced --------------------------------------------

FAKE_PYTHON = r"""#!/bin/bash
echo "$@" >>"$CALLS"
case "$1 $2" in
"-m venv")
    mkdir -p "$3/bin" && cp "$0" "$3/bin/python" && echo "version = 3.12.1" >"$3/pyvenv.cfg"
    cp "$0" "$3/bin/pip" && cp "$0" "$3/bin/ambuda-desktop" ;;
"-m pip") [ ! -e "$CALLS.pip-fails" ] ;;
"-c "*) case "$2" in *realpath*) echo "$0" ;; esac ;;
esac
"""
FAKE_DPKG_QUERY = r"""#!/bin/bash
shift 3
for name; do grep -qx "$name" "$CALLS.absent" 2>/dev/null || echo "installed:$name"; done
"""
# Looks installed from now on: what apt was asked for is taken off the list of what is absent.
FAKE_APT_GET = r"""#!/bin/bash
echo "apt-get $*" >>"$CALLS"
case "$*" in *" install "*) : >"$CALLS.absent" ;; esac
"""


class Checkout:
    """A folder with the files that set-up looks at, and a PATH on which Python and apt are fakes."""

    def __init__(self, folder: Path, *, root: bool = True) -> None:
        self.path = folder / "a checkout"
        (self.path / "packaging").mkdir(parents=True)
        for file in ("packaging/setup.sh", "packaging/requirements.lock", "pyproject.toml"):
            shutil.copy(ROOT / file, self.path / file)
        self.calls_file = folder / "calls"
        self.bin = folder / "bin"
        self.bin.mkdir()
        for tool in ("bash", "cat", "cksum", "cp", "dirname", "env", "flock", "grep", "head", "mkdir", "mktemp",
                     "rm", "sed", "tail", "uname"):  # fmt: skip
            if found := shutil.which(tool):
                (self.bin / tool).symlink_to(found)
        self.fake("python3.12", FAKE_PYTHON)
        self.fake("dpkg-query", FAKE_DPKG_QUERY)
        self.fake("apt-get", FAKE_APT_GET)
        self.fake("apt-cache", "#!/bin/bash\ntrue\n")
        self.fake("id", f"#!/bin/bash\necho {0 if root else 1000}\n")
        for tool in ("pdftocairo", "pdfinfo", "Xvfb", "xauth"):
            self.fake(tool, "#!/bin/bash\ntrue\n")

    def fake(self, name: str, script: str) -> None:
        (self.bin / name).write_text(script)
        (self.bin / name).chmod(0o755)

    def absent(self, *packages: str) -> None:
        Path(f"{self.calls_file}.absent").write_text("".join(f"{name}\n" for name in packages))

    def set_up(self, mode: str = "run") -> subprocess.CompletedProcess[str]:
        self.calls_file.write_text("")
        environment = {"PATH": str(self.bin), "CALLS": str(self.calls_file), "TMPDIR": str(self.bin.parent)}
        return subprocess.run(
            ["bash", self.path / "packaging" / "setup.sh", mode],
            env=environment, cwd="/", stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip

    @property
    def calls(self) -> str:
        return self.calls_file.read_text()


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_the_second_set_up_starts_nothing_and_is_fast(checkout: Checkout) -> None:
    # Given a finished set-up
    first = checkout.set_up()
    assert first.returncode == 0, first.stderr
    assert "--require-hashes -r packaging/requirements.lock" in checkout.calls
    # When it is called again
    times = []
    for _ in range(5):
        start = time.perf_counter()
        again = checkout.set_up()
        times.append(time.perf_counter() - start)
        # Then it says nothing, and starts neither Python nor apt
        assert (again.returncode, again.stdout, again.stderr, checkout.calls) == (0, "", "", "")
    assert min(times) < 0.05


def test_nothing_is_said_on_stdout(checkout: Checkout) -> None:
    assert checkout.set_up().stdout == ""


def test_an_interrupted_install_is_done_again_from_nothing(checkout: Checkout) -> None:
    failing = Path(f"{checkout.calls_file}.pip-fails")
    failing.touch()
    broken = checkout.set_up()
    assert broken.returncode == 1
    assert "pip could not install" in broken.stderr
    (checkout.path / ".venv" / "half-installed").touch()
    failing.unlink()
    assert checkout.set_up().returncode == 0
    assert not (checkout.path / ".venv" / "half-installed").exists()


def test_a_changed_lock_is_installed_into_the_same_venv(checkout: Checkout) -> None:
    checkout.set_up()
    (checkout.path / ".venv" / "kept").touch()
    with (checkout.path / "packaging" / "requirements.lock").open("a") as lock:
        lock.write("# changed\n")
    assert checkout.set_up().returncode == 0
    assert "--require-hashes" in checkout.calls
    assert (checkout.path / ".venv" / "kept").exists()


def test_a_moved_checkout_gets_a_new_venv(checkout: Checkout) -> None:
    checkout.set_up()
    (checkout.path / ".venv" / "old").touch()
    checkout.path = checkout.path.rename(checkout.path.with_name("moved elsewhere"))
    assert checkout.set_up().returncode == 0
    assert not (checkout.path / ".venv" / "old").exists()


def test_a_venv_whose_python_vanished_is_made_anew(checkout: Checkout) -> None:
    checkout.set_up()
    python = checkout.path / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/nowhere/python3.12")
    assert checkout.set_up().returncode == 0
    assert "-m venv .venv" in checkout.calls


def test_only_what_is_missing_is_installed(checkout: Checkout) -> None:
    checkout.absent("libegl1", "libxcb-cursor0")
    done = checkout.set_up()
    assert done.returncode == 0
    install = re.findall(r"install --no-install-recommends (.*)", checkout.calls)
    assert install == ["libegl1 libxcb-cursor0"]


def test_one_of_two_names_of_a_library_is_enough(checkout: Checkout) -> None:
    checkout.absent("libglib2.0-0t64")
    checkout.set_up()
    assert "apt-get" not in checkout.calls


def test_tests_need_a_screen_that_the_program_does_not(checkout: Checkout) -> None:
    (checkout.bin / "Xvfb").unlink()
    checkout.absent("xvfb")
    checkout.set_up("run")
    assert "apt-get" not in checkout.calls
    checkout.set_up("test")
    assert "xvfb" in checkout.calls
    assert "--require-hashes" not in checkout.calls  # Python was ready


def test_rabbitmq_is_for_tests_and_is_not_started(checkout: Checkout) -> None:
    # Given a machine without RabbitMQ, and an apt that says whether it may start what it installs
    checkout.absent("rabbitmq-server")
    checkout.set_up("run")
    assert "apt-get" not in checkout.calls
    policy = checkout.bin / "policy-rc.d"
    script = checkout.path / "packaging" / "setup.sh"
    script.write_text(script.read_text().replace("/usr/sbin/policy-rc.d", str(policy)))
    checkout.fake("apt-get", FAKE_APT_GET + f'"{policy}"; echo "may start: $?" >>"$CALLS"\n')
    for tool in ("chmod", "tee"):
        found = shutil.which(tool)
        assert found is not None
        (checkout.bin / tool).symlink_to(found)
    checkout.fake("systemctl", '#!/bin/bash\necho "systemctl $*" >>"$CALLS"\n')
    # When the tests are set up, then it is installed and may not be started, and what forbade it is gone again
    done = checkout.set_up("test")
    assert "install --no-install-recommends rabbitmq-server" in checkout.calls, done.stderr
    assert "may start: 101" in checkout.calls
    assert not policy.exists()
    # And where it cannot be had, that is said
    checkout.fake("apt-get", "#!/bin/bash\nexit 1\n")
    checkout.absent("rabbitmq-server")
    script.write_text(script.read_text() + "\n")
    assert "the tests of RabbitMQ as broker are skipped" in checkout.set_up("test").stderr
    assert not policy.exists()


def test_without_root_it_goes_on_and_says_what_the_lack_costs(tmp_path: Path) -> None:
    # Given a user without root or sudo, on a machine without poppler and with a library missing
    checkout = Checkout(tmp_path, root=False)
    (checkout.bin / "pdftocairo").unlink()
    checkout.absent("libegl1", "poppler-utils")
    # When it is set up, then Python is ready and the lack is named with its price
    done = checkout.set_up()
    assert done.returncode == 0
    assert "going on without" in done.stderr
    assert (
        "Without poppler-utils, pages that are not plain JPEG scans are drawn with pypdfium2." in done.stderr
    )
    assert "Without libegl1 the window may not open" in done.stderr
    assert "apt-get install libegl1 poppler-utils" in done.stderr
    # And the next start says it again in short, without another try
    again = checkout.set_up()
    assert "Without libegl1" in again.stderr
    assert "going on without" not in again.stderr
    assert checkout.calls == ""
    # And once somebody has installed it, nothing is said any more
    checkout.absent()
    assert checkout.set_up().returncode == 0
    assert checkout.set_up().stderr == ""


def test_without_any_python_it_says_what_to_install(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path, root=False)
    (checkout.bin / "python3.12").unlink()
    done = checkout.set_up()
    assert done.returncode == 1
    assert "needs Python 3.11 or newer" in done.stderr


# --- the sample book ---------------------------------------------------------------------------------------


def test_the_sample_book_has_pages_of_every_kind_and_is_small() -> None:
    path = ROOT / "resources" / "sample" / "sample.pdf"
    assert path.stat().st_size < 1_500_000
    kinds = []
    with pikepdf.open(path) as pdf:
        for page in pdf.pages:
            filters = [str(image.get("/Filter")) for image in page.resources.get("/XObject", {}).values()]
            kinds.append("sideways" if page.obj.get("/Rotate") else filters[0] if filters else "text")
    assert kinds.count("/DCTDecode") == 9
    assert (kinds[4], kinds[7], kinds[11]) == ("/FlateDecode", "sideways", "text")


def test_every_icon_is_drawn_in_plain_black_so_that_the_window_can_tint_it() -> None:
    for icon in sorted((ROOT / "resources" / "icons").glob("*.svg")):
        colours = set(re.findall(r"#[0-9a-fA-F]{3,6}", icon.read_text()))
        assert icon.stem == "ambuda" or colours == {"#000"}, icon.name
