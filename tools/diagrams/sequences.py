"""What is drawn."""

from tools.diagrams.drawing import Sequence, Step

REQUEST = Sequence(
    title="One request",
    about="A POST goes from the client through the edge to your code and the database, and back. "
    "Whatever refuses it on the way answers the client at once. The page lists the same steps.",
    lanes={"client": 60, "edge": 330, "your code": 575, "database": 740},
    width=830,
    steps=[
        Step("client", "edge", "POST /api/v1/items"),
        Step("edge", "edge", "its id, its trace"),
        Step("edge", "edge", "room for one more?", "503"),
        Step("edge", "edge", "the whole body", "413"),
        Step("edge", "edge", "which route?", "404, 405"),
        Step("edge", "edge", "how often, from there?", "429"),
        Step("edge", "database", "a connection"),
        Step("edge", "edge", "who is it, and may they?", "401, 429, 403"),
        Step("edge", "edge", "Accept, body, query", "406, 415, 400"),
        Step("edge", "database", "answered before, by this key?"),
        Step("edge", "your code", "the request"),
        Step("your code", "your code", "schema", "422"),
        Step("your code", "database", "SQL"),
        Step("your code", "your code", "rules", "404, 428, 412, 409"),
        Step("your code", "edge", "201, kept", back=True),
        Step("edge", "database", "the answer under its key, COMMIT"),
        Step("edge", "client", "201, with every header", back=True),
        Step("edge", "edge", "a line in the log"),
    ],
    limits={"10 seconds, else 503 and nothing is written": (5, 15)},
)

NEW = Sequence(
    title="scaffold new",
    about="cli.py hands the flags to commands/new.py, which chooses the target, completes the "
    "answers, renders beside the target, renames, locks and commits. The page lists the steps.",
    lanes={
        "cli.py": 50,
        "commands/new.py": 210,
        "target.py": 395,
        "answers.py": 540,
        "rendering.py": 690,
        "lock.py, git.py": 860,
    },
    width=950,
    steps=[
        Step("cli.py", "commands/new.py", "flags"),
        Step("commands/new.py", "target.py", "absent or empty?"),
        Step("commands/new.py", "answers.py", "flags, file, wizard or defaults"),
        Step("answers.py", "commands/new.py", "one complete set of answers", back=True),
        Step("commands/new.py", "target.py", "a hidden folder"),
        Step("commands/new.py", "rendering.py", "Copier renders there, then the provenance"),
        Step("target.py", "target.py", "one rename: it is there, whole"),
        Step("commands/new.py", "lock.py, git.py", "uv.lock, the repository, its first commit"),
        Step("commands/new.py", "cli.py", "what is next", back=True),
    ],
)

UPDATE = Sequence(
    title="scaffold update",
    about="The command finds the project and the release, makes a plan beside the project, shows "
    "it, and applies it. The page lists the steps.",
    lanes={
        "commands/update.py": 110,
        "project.py": 290,
        "releases.py, upgrades.py": 480,
        "plan.py": 670,
        "act.py": 780,
    },
    width=840,
    steps=[
        Step("commands/update.py", "project.py", "the answers, git"),
        Step(
            "commands/update.py", "releases.py, upgrades.py", "where to, and what changed up to it"
        ),
        Step("commands/update.py", "plan.py", "BASE, OURS, THEIRS: merged beside the project"),
        Step("commands/update.py", "commands/update.py", "say it all"),
        Step("commands/update.py", "act.py", "journal, files and index, uv.lock, one commit"),
        Step("act.py", "commands/update.py", "the commit, or the conflicts", back=True),
    ],
)
