/** The thread that learns the latent model of its texts and answers once. */
import { parentPort, workerData } from 'node:worker_threads';
import { learn } from './latent-learning.js';

const model = learn(workerData as readonly string[]);
parentPort?.postMessage(
  model,
  model === undefined
    ? []
    : [model.weights.buffer as ArrayBuffer, model.vectors.buffer as ArrayBuffer],
);
