"""The smallest Evidence project, with a stand-in for Vite."""

from pathlib import Path

GOOD = """
const fs = require('fs');
fs.cpSync('static', 'build', {recursive: true});
fs.writeFileSync('build/index.html', 'new');
"""
BAD = "for (let n = 1; n <= 40; n++) console.log('line ' + n); console.error('no such component'); process.exit(3);"


def write_project(root: Path) -> Path:
    """Write one that can be built to `root`."""
    files = {
        "app.html": "",
        "hooks.server.js": "",
        "evidence.config.yaml": "",
        "svelte.config.js": "",
        "package.json": "{}",
        "pages/index.md": "",
        "components/A.svelte": "",
        "static/icon.svg": "<svg/>",
        "node_modules/vite/bin/vite.js": GOOD,
    }
    template = "node_modules/@evidence-dev/evidence/template"
    for name in ("src/pages/explore/+page.svelte", "src/fix-tprotocol-service-worker.js", "static/favicon.ico"):
        files[f"{template}/{name}"] = "theirs"
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def use_vite(project: Path, script: str) -> None:
    (project / "node_modules" / "vite" / "bin" / "vite.js").write_text(script)
