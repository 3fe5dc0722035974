import { createRequire } from 'node:module';
import { Argument, Command, Option } from 'commander';
import type { ExitCode } from './exit-code.js';
import { addFilterOptions } from './filter-options.js';
import type { Interrupt } from './interrupt.js';
import {
  countOption,
  indexOption,
  jsonOption,
  MODES,
  modelOption,
  modeOption,
  newIndexOption,
  poolFactorOption,
  positiveInteger,
  precisionOption,
  threadsOption,
} from './options.js';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

/**
 * The command table. A command's code is loaded when it runs, so that the others start fast. Unknown flags are
 * errors; usage errors are one line on stderr. Help and shell completion are made from it.
 */
export function buildProgram(interrupt: Interrupt, onExit: (code: ExitCode) => void): Command {
  const { signal } = interrupt;
  const program = new Command('glot')
    .description(
      'Search folders of documents in many languages, and get answers with checked quotes. Offline, on a CPU.',
    )
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .exitOverride();

  program
    .command('index')
    .description('index files and folders, or bring the index in step with them')
    .argument('[path...]', 'files and folders; left out: all that were named before, looked at in the same way')
    .addOption(indexOption())
    .option('--no-ignore', 'also take files that .gitignore, .ignore, .glotignore and the excludes of git leave out')
    .option('--hidden', 'also take hidden files and folders (never .git, .glot and node_modules)')
    .option('--follow', 'also follow symbolic links below folders; each real file is taken once')
    .addOption(new Option('--watch', 'go on: index what changes, as it changes').conflicts('force'))
    .option('--compact', 'a new index stores vectors in five sixths of the space')
    .addOption(poolFactorOption())
    .option('--force', 'read and encode every file again, as after an upgrade that reads files better')
    .option(
      '--delete-missing',
      'take documents that are gone out of the index, also where they are more than half of it (else these are kept and told)',
    )
    .addOption(jsonOption())
    .addOption(modelOption())
    .addOption(precisionOption())
    .addOption(threadsOption())
    .addHelpText(
      'after',
      examples(
        ['glot index ~/Documents', 'again after changes: only these are read'],
        ['glot index', 'every file and folder that was named before'],
        ['glot index docs notes.md --index all.db', 'into an index of your choice'],
        ['glot index docs --watch', 'stays and follows changes'],
      ),
    )
    .action(async (paths, options) => {
      const { runIndex } = await import('./commands/index-files.js');
      onExit(await runIndex(paths, options, signal));
    });

  const search = program
    .command('search')
    .description('find passages')
    .argument('<query...>', 'what to look for, in any language; "an exact phrase", -word leaves out')
    .addOption(indexOption())
    .addOption(countOption('number of passages', 10))
    .addOption(modeOption())
    .addOption(jsonOption())
    .addOption(modelOption())
    .addOption(precisionOption())
    .addOption(threadsOption())
    .addOption(
      new Option('-l, --files', 'print paths only, the best documents first').conflicts(['json', 'full', 'explain']),
    )
    .addOption(
      new Option('-0, --null', 'with -l: end each path with a zero byte, for xargs -0').implies({ files: true }),
    )
    .addOption(
      new Option('--format <kind>', 'vimgrep: one line a passage, path:line:column:text, for editors')
        .choices(['vimgrep'])
        .conflicts(['json', 'full', 'explain', 'files']),
    )
    .option('--full', 'print passages whole')
    .option(
      '--explain',
      'show what a score is made of, and for each query token the passage token that it matches best',
    )
    .addHelpText(
      'after',
      examples(
        [`glot search 'museum "opening hours" -ticket'`, 'passages with this phrase, and without this word'],
        ['glot search -- -k option', 'behind -- everything is text'],
        ['glot search "opening hours on Sundays"', 'also finds "Sonntags geöffnet" and 「日曜日の営業時間」'],
        ['glot search -k 3 --lang de,fr --since 2026-01-01 Kündigungsfrist', 'among some documents only'],
        ['glot search -0 "rotten beams" | xargs -0 ls -l', 'the files alone'],
        ['glot search "tide table" --json | jq .hits[0]', 'for scripts'],
      ),
    )
    .action(async (words, options) => {
      const { runSearch } = await import('./commands/search.js');
      onExit(await runSearch(words, options, signal));
    });
  addFilterOptions(search);

  const ask = program
    .command('ask')
    .description('answer a question from the documents, each sentence with a checked quote')
    .argument('[question...]', 'a question, in any language')
    .option('--chat', 'go on asking: a question a line, follow-ups understood from what was asked before')
    .addOption(indexOption())
    .addOption(countOption('number of passages to read', 10))
    .addOption(modeOption())
    .addOption(jsonOption())
    .addOption(new Option('--ndjson', 'print each event as a line of JSON').conflicts('json'))
    .addOption(
      new Option(
        '--generator <url>',
        'let a model write: an LFM2 folder, .gguf file or pulled name, or an OpenAI-compatible address',
      ).env('GLOT_GENERATOR'),
    )
    .addOption(new Option('--generator-model <name>', 'its name at that address').env('GLOT_GENERATOR_MODEL'))
    .addOption(modelOption())
    .addOption(precisionOption())
    .addOption(threadsOption())
    .action(async (words, options) => {
      if (options.chat) {
        const { runChat } = await import('./commands/chat.js');
        onExit(await runChat(words, options, interrupt));
        return;
      }
      const { runAsk } = await import('./commands/ask.js');
      onExit(await runAsk(words, options, signal));
    });
  addFilterOptions(ask);

  program
    .command('get')
    .description('print a stored document, or the passage of it at a line')
    .argument('<path>', 'as search prints it; path:line for the passage there, or the id of a hit (search --json)')
    .addOption(indexOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        ['glot get docs/lease.pdf', 'the text that the index holds of it'],
        ['glot get docs/lease.md:120', 'the passage there, whole'],
        ['glot get 4711', 'the passage of that id'],
      ),
    )
    .action(async (place, options) => {
      const { runGet } = await import('./commands/get.js');
      onExit(await runGet(place, options));
    });

  program
    .command('forget')
    .description('take files and folders out of the index, there or not, with all below them; nothing is read')
    .argument('<path...>', 'as search prints them, or ids of texts that were added')
    .addOption(indexOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(['glot forget ~/old-notes', 'also where the folder is gone, or was renamed and indexed elsewhere']),
    )
    .action(async (paths, options) => {
      const { runForget } = await import('./commands/forget.js');
      onExit(await runForget(paths, options, signal));
    });

  program
    .command('verify')
    .description('check the citations of an answer made elsewhere (as `glot ask --json` prints it) against the index')
    .argument('<answer.json>', 'the answer; - reads it from stdin')
    .addOption(indexOption())
    .addOption(jsonOption())
    .action(async (file, options) => {
      const { runVerify } = await import('./commands/verify.js');
      onExit(await runVerify(file, options));
    });

  program
    .command('status')
    .description('show what the index holds')
    .addOption(indexOption())
    .option('--skipped', 'list the files that were left out, and why')
    .option('--notes', 'list what of documents was left out or assumed')
    .addOption(jsonOption())
    .action(async (options) => {
      const { runStatus } = await import('./commands/status.js');
      onExit(await runStatus(options));
    });

  program
    .command('doctor')
    .description('look at every byte of the index; --repair mends what can be mended')
    .addOption(indexOption())
    .option('--repair', 'mend it; documents that are damaged themselves are taken out and named')
    .addOption(jsonOption())
    .action(async (options) => {
      const { runDoctor } = await import('./commands/doctor.js');
      onExit(await runDoctor(options, signal));
    });

  program
    .command('backup')
    .description('make one consistent copy of the index in one file, while others may write to it')
    .argument('<file>', 'the file to make')
    .addOption(indexOption())
    .option('--force', 'replace a file that stands there, once the copy is whole')
    .addOption(jsonOption())
    .action(async (file, options) => {
      const { runBackup } = await import('./commands/backup.js');
      onExit(await runBackup(file, options, signal));
    });

  program
    .command('export')
    .description('write documents (JSON lines) and their vectors (NumPy array) into a folder')
    .argument('<dir>', 'the folder')
    .addOption(indexOption())
    .addOption(jsonOption())
    .action(async (dir, options) => {
      const { runExport } = await import('./commands/transfer.js');
      onExit(await runExport(dir, options, signal));
    });

  program
    .command('import')
    .description('take in documents and vectors made elsewhere, in the files that export writes')
    .argument('<dir>', 'the folder')
    .addOption(newIndexOption())
    .option('--compact', 'make a new index that stores vectors in five sixths of the space')
    .addOption(jsonOption())
    .addOption(threadsOption())
    .action(async (dir, options) => {
      const { runImport } = await import('./commands/transfer.js');
      onExit(await runImport(dir, options, signal));
    });

  program
    .command('eval')
    .description(
      'measure retrieval on a BEIR folder (corpus.jsonl, queries.jsonl, qrels/test.tsv) or translation pairs (.tsv)',
    )
    .argument('<path>', 'the folder or file')
    .option('--answers', 'ask its questions and check the answers (answers.jsonl) instead')
    .addOption(new Option('--sample <n>', 'with --answers: at most so many questions').argParser(positiveInteger))
    .option('--split <name>', 'which qrels/<name>.tsv', 'test')
    .addOption(poolFactorOption())
    .option('--modes <list>', `comma-separated, of ${MODES.join(', ')}`, 'lexical,semantic,hybrid')
    .addOption(jsonOption())
    .addOption(modelOption())
    .addOption(precisionOption())
    .addOption(threadsOption())
    .action(async (path, options) => {
      const { runEval } = await import('./commands/eval.js');
      onExit(await runEval(path, options, signal));
    });

  const models = program.command('models').description('checkpoints on this machine, and how they come here');
  models
    .command('list')
    .description('list pulled models')
    .addOption(jsonOption())
    .action(async (options) => {
      const { runModelsList } = await import('./commands/models.js');
      onExit(await runModelsList(options));
    });
  models
    .command('pull')
    .description('get a model from the hub, going on where it stopped (heeds HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE)')
    .argument('<name>', 'owner/name, owner/name@revision or owner/name:file.gguf')
    .option('--revision <revision>', 'branch, tag or commit')
    .addOption(jsonOption())
    .action(async (name, options) => {
      const { runModelsPull } = await import('./commands/models.js');
      onExit(await runModelsPull(name, options, signal));
    });
  models
    .command('verify')
    .description('check every file of a pulled model against its checksum')
    .argument('<name>', 'owner/name')
    .addOption(jsonOption())
    .action(async (name, options) => {
      const { runModelsVerify } = await import('./commands/models.js');
      onExit(await runModelsVerify(name, options, signal));
    });
  models
    .command('convert')
    .description('convert the weights of a model once, so that it loads quickly from then on')
    .argument('<name>', 'owner/name, a folder or a .gguf file; what it is for is found out')
    .addOption(
      new Option(
        '--precision <kind>',
        'of the weights; left out: int4 for models that write, f32 for encoders, which do not take int4',
      ).choices(['f32', 'int8', 'int4']),
    )
    .addOption(jsonOption())
    .action(async (name, options) => {
      const { runModelsConvert } = await import('./commands/models-convert.js');
      onExit(await runModelsConvert(name, options, signal));
    });
  models
    .command('path')
    .description('print where a pulled model lies')
    .argument('<name>', 'owner/name')
    .action(async (name) => {
      const { runModelsPath } = await import('./commands/models.js');
      onExit(await runModelsPath(name));
    });

  program
    .command('completion')
    .description('print a script that completes commands and flags: source it in your shell')
    .addArgument(new Argument('<shell>', 'your shell').choices(['bash', 'zsh', 'fish']))
    .addHelpText(
      'after',
      examples(
        ['source <(glot completion bash)', 'in ~/.bashrc'],
        ['source <(glot completion zsh)', 'in ~/.zshrc, after compinit'],
        ['glot completion fish > ~/.config/fish/completions/glot.fish', 'once'],
      ),
    )
    .action(async (shell) => {
      const { runCompletion } = await import('./commands/completion.js');
      onExit(runCompletion(shell, program));
    });

  tellUsageErrors(program, 'glot');
  return program;
}

/** Lines for the end of a command's help. */
function examples(...lines: readonly (readonly [command: string, what: string])[]): string {
  return `\nExamples:\n${lines.map(([command, what]) => `  ${command}\n      ${what}\n`).join('')}`;
}

/** Usage errors name the help of the command they are about. */
function tellUsageErrors(command: Command, name: string): void {
  command.configureOutput({ outputError: (text, write) => write(usageLine(text, name)) });
  for (const child of command.commands) tellUsageErrors(child, `${name} ${child.name()}`);
}

/** commander's message as one line in glot's voice. */
function usageLine(text: string, command: string): string {
  const message = text
    .replace(/^error:\s*/i, '')
    .replace(/\s*\n\s*/g, ' ')
    .trim();
  return `glot: ${message}. See \`${command} --help\`.\n`.replace(/([.)?])\. See/, '$1 See');
}
