import { runProcess } from './cli/run.js';

void runProcess();
