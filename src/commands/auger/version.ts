import { VERSION } from '../../base/build.js';
import type { CommandSpec, Run } from '../command.js';

export const spec = { usage: 'version', examples: [], flags: {} } satisfies CommandSpec;

export const run: Run<typeof spec> = async ({ stdout }) => {
  stdout.write(
    `Version:\tketcdctl ${VERSION}\nNodeVersion:\t${process.version}\nOS/Arch:\t${process.platform}/${process.arch}\n`,
  );
};
