"""The completion of a shell as a script. All work alike: a table of what follows what, and below
it the few lines that read the command line and look in the table.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from textwrap import shorten

from scaffold import cli
from scaffold.programs.completion import Command, Values, Words

WIDTH = 70  # of what is said of a word

BASH = r"""
_scaffold() {
    local line=${COMP_LINE:0:COMP_POINT} words name flag="" head="" word before
    local flags values several paths own
    COMPREPLY=()
    read -ra words <<< "$line"
    [[ $line == *[[:space:]] ]] && words+=("")
    local last=$((${#words[@]} - 1))
    local typed=${words[last]} current
    current=$typed
    if ((last == 1)); then
        _scaffold_takes ""
    else
        name=${words[1]}
        ((last > 2)) && [[ ${words[2]} != -* ]] && _scaffold_takes "$name ${words[2]}" &&
            name+=" ${words[2]}"
        if [[ $typed == --*=* ]]; then
            flag=${typed%%=*} current=${typed#*=} head=$flag=
            _scaffold_takes "$name $flag"
        elif [[ $typed != -* && ${words[last - 1]} == -* ]] &&
            _scaffold_takes "$name ${words[last - 1]}"; then :
        else
            _scaffold_takes "$name"
        fi
    fi
    [[ $current == -* ]] && values=$flags several="" paths="" own=""
    local folder=${XDG_CONFIG_HOME:-$HOME/.config}/scaffold/presets
    if [[ $own ]]; then
        for word in "$folder"/*.yml; do
            word=${word##*/}
            [[ $word == "*.yml" ]] || values+=" ${word%.yml}"
        done
    fi
    if [[ $several && $current == *,* ]]; then
        head+=${current%,*},
        current=${current##*,}
    fi
    for word in $values; do
        [[ $word == "$current"* && ,${head##*=}, != *,"$word",* ]] && COMPREPLY+=("$head$word")
    done
    [[ $several ]] && compopt -o nospace
    if [[ $paths && $head == "${flag:+$flag=}" ]]; then
        compopt -o filenames
        while IFS= read -r word; do COMPREPLY+=("$head$word"); done < <(compgen -f -- "$current")
    fi
    if [[ $COMP_WORDBREAKS == *=* ]]; then # then readline replaces what follows the last one
        before=${typed%"${typed##*=}"}
        COMPREPLY=("${COMPREPLY[@]#"$before"}")
    fi
}
complete -F _scaffold scaffold
"""

ZSH = r"""
_scaffold() {
    local name=$words[2] several paths own
    local -a values flags
    if (( CURRENT == 2 )); then
        _scaffold_takes ""
    else
        (( CURRENT > 3 )) && [[ $words[3] != -* ]] && _scaffold_takes "$name $words[3]" &&
            name+=" $words[3]"
        if [[ $PREFIX == --*=* ]]; then
            _scaffold_takes "$name ${PREFIX%%=*}"
            compset -P 1 '*='
        elif [[ $PREFIX != -* && $words[CURRENT-1] == -* ]] &&
            _scaffold_takes "$name $words[CURRENT-1]"; then :
        else
            _scaffold_takes $name
        fi
    fi
    if [[ $PREFIX == -* ]]; then
        _describe -o flag flags
        return
    fi
    if [[ -n $own ]]; then
        values+=(${XDG_CONFIG_HOME:-$HOME/.config}/scaffold/presets/*.yml(N:t:r))
    fi
    if [[ -n $several && $PREFIX == *,* ]]; then
        compset -P '*,'
        paths=
    fi
    local -a ending
    [[ -n $several ]] && ending=(-qS ,)
    (( $#values )) && _describe value values $ending
    [[ -n $paths ]] && _files
}
if [[ $funcstack[1] == _scaffold ]]; then
    _scaffold "$@"
else
    compdef _scaffold scaffold
fi
"""

FISH = r"""
function __scaffold_offer
    set -l words (commandline --tokenize --current-process --cut-at-cursor)
    set -l typed (commandline --current-token --cut-at-cursor)
    set -l head ''
    set -l found
    if not set -q words[2]
        set found (__scaffold_takes '')
    else
        set -l name $words[2]
        if set -q words[3]; and not string match -q -- '-*' $words[3]
            and __scaffold_takes "$name $words[3]" >/dev/null
            set name "$name $words[3]"
        end
        if string match -q -- '--*=*' $typed
            set -l flag (string split -m 1 = -- $typed)[1]
            set head "$flag="
            set found (__scaffold_takes "$name $flag")
        else if not string match -q -- '-*' $typed
            and string match -q -- '-*' $words[-1]
            and set found (__scaffold_takes "$name $words[-1]")
        else
            set found (__scaffold_takes $name)
        end
    end
    set -l rest (string sub --start (math 1 + (string length -- $head)) -- $typed)
    if contains @several $found; and string match -q '*,*' -- $rest
        set head $head(string replace -r '[^,]*$' '' -- $rest)
    end
    if string match -q -- '-*' $rest
        string match -- '-*' $found
        return
    end
    for word in (string match --invert --regex '^[-@]' -- $found)
        printf '%s%s\n' $head $word
    end
    if contains @own $found
        set -l config $HOME/.config
        set -q XDG_CONFIG_HOME; and set config $XDG_CONFIG_HOME
        for file in $config/scaffold/presets/*.yml
            printf '%s%s\n' $head (string replace -r '.*/(.*)\.yml$' '$1' -- $file)
        end
    end
    if contains @paths $found; and not string match -q '*,*' -- $rest
        printf "$head%s\n" (__fish_complete_path $rest)
    end
end
complete -c scaffold -f -a '(__scaffold_offer)'
"""

POWERSHELL = r"""
Register-ArgumentCompleter -Native -CommandName scaffold -ScriptBlock {
    param($typed, $line, $cursor)
    $words = @($line.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursor } |
        ForEach-Object { $_.Extent.Text })
    $head = ''
    if ($words.Count -lt 2) {
        $found = $scaffoldTakes['']
    } else {
        $name = $words[1]
        if ($words.Count -gt 2 -and $words[2] -notlike '-*' -and
            $scaffoldTakes.ContainsKey("$name $($words[2])")) {
            $name = "$name $($words[2])"
        }
        $previous = "$name $($words[-1])"
        if ($typed -like '--*=*') {
            $flag, $typed = $typed -split '=', 2
            $head = "$flag="
            $found = $scaffoldTakes["$name $flag"]
        } elseif ($typed -notlike '-*' -and $words[-1] -like '-*' -and
            $scaffoldTakes.ContainsKey($previous)) {
            $found = $scaffoldTakes[$previous]
        } else {
            $found = $scaffoldTakes[$name]
        }
    }
    if ($null -eq $found) { return }
    $values = if ($typed -like '-*') { $found.Flags } else { $found.Words }
    $offered = @($values.Keys | ForEach-Object { , @($_, $values[$_]) })
    if ($found.Own -and $typed -notlike '-*') {
        $config = if ($env:XDG_CONFIG_HOME) { $env:XDG_CONFIG_HOME } else { "$HOME/.config" }
        $offered += @(Get-ChildItem "$config/scaffold/presets/*.yml" -ErrorAction Ignore |
            ForEach-Object { , @($_.BaseName, 'your own') })
    }
    $start = $head
    if ($found.Several -and $typed -like '*,*') {
        $start = $head + $typed.Substring(0, $typed.LastIndexOf(',') + 1)
        $typed = $typed.Substring($typed.LastIndexOf(',') + 1)
    }
    foreach ($each in $offered) {
        $word, $told = $each
        if ($word -notlike "$typed*") { continue }
        $tip = if ($told) { $told } else { $word }
        [System.Management.Automation.CompletionResult]::new(
            "$start$word", $word, 'ParameterValue', $tip)
    }
    if ($found.Paths -and $start -eq $head) {
        foreach ($each in Get-ChildItem "$typed*" -ErrorAction Ignore) {
            $path = Resolve-Path -Relative $each
            [System.Management.Automation.CompletionResult]::new(
                "$head$path", $each.Name, 'ProviderItem', $path)
        }
    }
}
"""


def script(shell: str, commands: Sequence[Command]) -> str:
    its = SHELLS[shell]
    head = [
        f"# Completion of `scaffold`, to be added by: {its.added}",
        f"# After an upgrade: {its.renewed}",
    ]
    return "\n".join([*its.start, *head, *its.write([*_table(commands)])]) + its.engine


@dataclass(frozen=True)
class _Row:
    """What can follow: a command, or one of its flags."""

    key: str
    values: Values
    flags: Words

    @property
    def marks(self) -> list[str]:
        marks = {
            "several": self.values.several,
            "paths": self.values.paths,
            "own": self.values.presets,
        }
        return [name for name, is_set in marks.items() if is_set]


def _table(commands: Sequence[Command]) -> Iterator[_Row]:
    first = {each.name: each.help for each in commands if " " not in each.name}
    yield _Row("", Values(first), dict.fromkeys(cli.FLAGS, ""))
    for each in commands:
        flags = {name: flag.help for flag in each.flags for name in flag.names}
        yield _Row(each.name, each.values or Values({}), flags)
        for flag in each.flags:
            if flag.values:
                for name in flag.names:
                    yield _Row(f"{each.name} {name}", flag.values, {})


def _bash(table: Sequence[_Row]) -> Iterator[str]:
    yield "_scaffold_takes() {"
    yield "    flags='' values='' several='' paths='' own=''"
    yield "    case $1 in"
    for row in table:
        fields = {"flags": " ".join(row.flags), "values": " ".join(row.values.words)}
        told = [f"{name}='{field}'" for name, field in fields.items() if field]
        told += [f"{mark}=1" for mark in row.marks]
        yield f"        '{row.key}') {' '.join(told) or ':'} ;;"
    yield from ["        *) return 1 ;;", "    esac", "}"]


def _zsh(table: Sequence[_Row]) -> Iterator[str]:
    yield "_scaffold_takes() {"
    yield "    flags=() values=() several= paths= own="
    yield "    case $1 in"
    for row in table:
        fields = {"flags": row.flags, "values": row.values.words}
        told = [f"{name}=({_described(words)})" for name, words in fields.items() if words]
        told += [f"{mark}=1" for mark in row.marks]
        yield f"        ('{row.key}') {' '.join(told) or ':'} ;;"
    yield from ["        (*) return 1 ;;", "    esac", "}"]


def _described(words: Words) -> str:
    return " ".join(
        _quoted(f"{word}:{_short(told)}" if told else word) for word, told in words.items()
    )


def _fish(table: Sequence[_Row]) -> Iterator[str]:
    yield "function __scaffold_takes"
    yield "    switch $argv[1]"
    for row in table:
        yield f"        case '{row.key}'"
        for word, told in (row.values.words | row.flags).items():
            tab = f"\\t{_short(told)}" if told else ""
            yield f"            printf '%b\\n' {_quoted(word + tab)}"
        yield from (f"            echo @{mark}" for mark in row.marks)
    yield from ["        case '*'", "            return 1", "    end", "end"]


def _powershell(table: Sequence[_Row]) -> Iterator[str]:
    yield "$scaffoldTakes = @{"
    for row in table:
        marks = "".join(f"; {mark.capitalize()} = $true" for mark in row.marks)
        words, flags = _hash(row.values.words), _hash(row.flags)
        yield f"    '{row.key}' = @{{ Words = {words}; Flags = {flags}{marks} }}"
    yield "}"


def _hash(words: Words) -> str:
    told = [
        f"'{word}' = '{_short(told).replace(APOSTROPHE, APOSTROPHE * 2)}'"
        for word, told in words.items()
    ]
    return f"[ordered]@{{ {'; '.join(told)} }}" if told else "[ordered]@{}"


def _quoted(text: str) -> str:
    """For zsh and fish."""
    return "'" + text.replace(APOSTROPHE, "'\\''") + "'"


def _short(text: str) -> str:
    """Its first sentence, without what a shell could read: it is shown beside a word."""
    plain = text.partition(" (default")[0].replace("`", "").replace("\\", "").replace("%", "")
    return shorten(plain, WIDTH, placeholder=" ...")


APOSTROPHE = "'"

Write = Callable[[Sequence[_Row]], Iterator[str]]


@dataclass(frozen=True)
class _Shell:
    write: Write  # the table
    engine: str
    added: str  # by which command
    renewed: str  # and how
    start: tuple[str, ...] = ()  # lines that come first


SHELLS = {
    "bash": _Shell(
        _bash,
        BASH,
        "scaffold completion bash > ~/.local/share/bash-completion/completions/scaffold",
        "the same again. Without bash-completion: `source` the file in ~/.bashrc",
    ),
    "zsh": _Shell(
        _zsh,
        ZSH,
        "scaffold completion zsh > ~/.zfunc/_scaffold",
        "the same again. ~/.zshrc needs, before `compinit`: fpath+=(~/.zfunc)",
        ("#compdef scaffold",),
    ),
    "fish": _Shell(
        _fish,
        FISH,
        "scaffold completion fish > ~/.config/fish/completions/scaffold.fish",
        "the same again",
    ),
    "powershell": _Shell(
        _powershell,
        POWERSHELL,
        "scaffold completion powershell > ~/.scaffold.ps1",
        "the same again. $PROFILE needs the line: . ~/.scaffold.ps1",
    ),
}
