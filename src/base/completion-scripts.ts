/** Scripts that connect the shells' completion with `__complete`. `tool` is the program's name, `call` the hidden command. */
type Script = (tool: string, call: string) => string;

export const scripts: Record<string, Script | undefined> = { bash, zsh, fish, powershell };

/** A name that can stand in a function's. */
function plain(tool: string): string {
  return tool.replace(/[^A-Za-z0-9_]/g, '_');
}

// bash splits words at = and : (COMP_WORDBREAKS) and replaces only what is behind them. So words are joined again for the program,
// and what stands before the last such character is taken off the candidates.
function bash(tool: string, call: string): string {
  const name = plain(tool);
  return `# bash completion for ${tool}

__${name}_words() {
    local rest=$COMP_LINE word index spaces
    words=()
    for ((index = 0; index <= COMP_CWORD; index++)); do
        word=\${COMP_WORDS[index]}
        spaces=\${rest%%[![:space:]]*}
        rest=\${rest#"$spaces"}
        rest=\${rest#"$word"}
        if ((index > 0)) && [[ -z $spaces ]]; then
            words[\${#words[@]} - 1]+=$word
        else
            words+=("$word")
        fi
    done
}

__${name}_complete() {
    local -a words lines=()
    local line cur prefix directive=1 quote=''
    COMPREPLY=()
    __${name}_words
    cur=\${words[\${#words[@]} - 1]}
    [[ $cur == [\\"\\']* ]] && quote=\${cur:0:1}
    while IFS= read -r line; do
        lines+=("$line")
    done < <("\${words[0]/#\\~/$HOME}" ${call} "\${words[@]:1:\${#words[@]} - 2}" "\${cur//[\\"\\'\\\\]/}" 2>/dev/null)
    ((\${#lines[@]} > 0)) || return
    directive=\${lines[\${#lines[@]} - 1]#:}
    unset "lines[\${#lines[@]} - 1]"
    cur=\${cur//[\\"\\'\\\\]/}
    if ((\${#lines[@]} == 0)); then
        __${name}_files "$directive"
        return
    fi
    ((directive & 2)) && __${name}_option nospace
    prefix=''
    [[ -z $quote && $cur == *[=:]* ]] && prefix=\${cur%"\${cur##*[=:]}"}
    if ((\${#lines[@]} > 1 && COMP_TYPE == 63)); then
        for line in "\${lines[@]}"; do
            line=\${line#"$prefix"}
            [[ $line == *$'\\t'* ]] && line="$(printf '%-24s' "\${line%%$'\\t'*}")(\${line#*$'\\t'})"
            COMPREPLY+=("$line")
        done
        return
    fi
    for line in "\${lines[@]}"; do
        line=\${line%%$'\\t'*}
        line=\${line#"$prefix"}
        [[ -z $quote ]] && printf -v line %q "$line"
        COMPREPLY+=("$line")
    done
}

__${name}_files() {
    local line cur=\${COMP_WORDS[COMP_CWORD]}
    [[ $cur == '=' ]] && cur=''
    if (($1 & 16)); then
        __${name}_option filenames
        while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -d -- "$cur")
    elif (($1 == 0)); then
        __${name}_option filenames
        while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$cur")
    fi
}

__${name}_option() {
    # bash 3 has no compopt
    type compopt >/dev/null 2>&1 && compopt -o "$1" 2>/dev/null
}

complete -F __${name}_complete ${tool}
`;
}

function zsh(tool: string, call: string): string {
  const name = plain(tool);
  return `#compdef ${tool}
compdef _${name} ${tool}

_${name}() {
    local -a lines candidates
    local line value text directive=1
    lines=("\${(@f)$("\${(Q)words[1]}" ${call} "\${(@Q)words[2,CURRENT-1]}" "\${\${(Q)words[CURRENT]}#[\\"\\']}" 2>/dev/null)}")
    directive=\${lines[-1]#:}
    lines=("\${(@)lines[1,-2]}")
    if (( \${#lines} == 0 )); then
        if (( directive & 16 )); then
            compset -P '*='
            _files -/
        elif (( directive == 0 )); then
            compset -P '*='
            _files
        fi
        return
    fi
    for line in "\${lines[@]}"; do
        value=\${line%%$'\\t'*}
        text=''
        [[ $line == *$'\\t'* ]] && text=":\${line#*$'\\t'}"
        candidates+=("\${value//:/\\\\:}$text")
    done
    if (( directive & 2 )); then
        _describe -V '' candidates -S ''
    else
        _describe '' candidates
    fi
}

# Run at once when this file is a function of fpath.
[[ "\${funcstack[1]}" == "_${name}" ]] && _${name} "$@"
`;
}

function fish(tool: string, call: string): string {
  const name = plain(tool);
  return `# fish completion for ${tool}

function __${name}_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l lines ($words[1] ${call} $words[2..-1] "$current" 2>/dev/null)
    set -l directive (string sub -s 2 -- $lines[-1])
    set -e lines[-1]
    if test (count $lines) -gt 0
        printf '%s\\n' $lines
    else if test "$directive" = 16
        __fish_complete_directories "$current"
    else if test "$directive" = 0
        set -l option (string match -r -- '^-[^=]*=' "$current")
        for path in (__fish_complete_path (string replace -r -- '^-[^=]*=' '' "$current"))
            echo $option$path
        end
    end
end

complete -c ${tool} -e
complete -c ${tool} -f -a '(__${name}_complete)'
`;
}

function powershell(tool: string, call: string): string {
  return `# PowerShell completion for ${tool}
Register-ArgumentCompleter -Native -CommandName '${tool}' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { "$_" })
    $arguments = @($words | Select-Object -Skip 1)
    $lines = @(& $words[0] ${call} @arguments "$wordToComplete" 2>$null)
    $lines | Select-Object -SkipLast 1 | ForEach-Object {
        $value, $text = $_ -split "\`t", 2
        if (-not $text) { $text = $value }
        [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $text)
    }
}
`;
}
