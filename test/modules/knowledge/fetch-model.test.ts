import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import {
  fetchModel,
  type FetchProgress,
} from '../../../src/modules/knowledge/embedders/fetch-model.js';
import { modelDirectory } from '../../../src/modules/knowledge/embedders/model-directory.js';
import { makeTransformersEmbedder } from '../../../src/modules/knowledge/embedders/transformers-embedder.js';
import { makeTinyOnnx } from '../../support/make-tiny-onnx.js';

type Hub = {
  readonly hub: string;
  readonly asked: string[];
  cutAt: number | undefined;
  /** Breaks the connection that was cut off. */
  cut: () => void;
  status: number | undefined;
  readonly server: Server;
};

/** A hub on loopback with one model, which answers ranges and can break off. */
async function modelHub(t: Test, source: string): Promise<Hub> {
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1];
    hub.asked.push(range === undefined ? path : `${path} from ${range}`);
    const file = join(source, path.replace('/some/model/resolve/main/', ''));
    if (hub.status !== undefined || !existsSync(file))
      return void response.writeHead(hub.status ?? 404).end();
    const whole = readFileSync(file);
    const from = Number(range ?? 0);
    if (from >= whole.length) return void response.writeHead(416).end();
    const rest = whole.subarray(from);
    response.writeHead(range === undefined ? 200 : 206, { 'content-length': rest.length });
    if (hub.cutAt !== undefined && path.endsWith('.onnx')) {
      response.write(rest.subarray(0, hub.cutAt));
      hub.cut = () => response.destroy();
    } else response.end(rest);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const hub: Hub = {
    hub: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    asked: [],
    cutAt: undefined,
    cut: () => undefined,
    status: undefined,
    server,
  };
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return hub;
}

t.test(
  'a model is downloaded once, shows its progress, continues where it was interrupted, and then runs',
  async (t) => {
    const place = t.testdir({});
    const source = join(place, 'source');
    makeTinyOnnx(source);
    const hub = await modelHub(t, source);
    const directory = modelDirectory(join(place, 'home'), 'some/model');
    const weights = readFileSync(join(source, 'onnx/model_quantized.onnx'));
    const fetching = { directory, model: 'some/model', hub: hub.hub };

    hub.cutAt = 10_000;
    await t.rejects(
      fetchModel({ ...fetching, onProgress: ({ file }) => file.endsWith('.onnx') && hub.cut() }),
      {
        code: 'RUN_FAILED',
        message: /onnx\/model_quantized\.onnx of the model some\/model could not be downloaded/,
        hint: /which continues the download/,
      },
    );
    const part = join(directory, 'onnx/model_quantized.onnx.part');
    t.ok(
      existsSync(part) && !existsSync(join(directory, 'onnx/model_quantized.onnx')),
      'half a file has not the name of a whole one',
    );
    const had = readFileSync(part).length;
    t.ok(had > 0 && had <= 10_000, `${had} bytes are kept`);

    hub.cutAt = undefined;
    hub.asked.length = 0;
    const progress: FetchProgress[] = [];
    await fetchModel({ ...fetching, onProgress: (one) => progress.push(one) });
    t.same(
      hub.asked,
      [`/some/model/resolve/main/onnx/model_quantized.onnx from ${had}`],
      'only what is missing is asked for',
    );
    t.same(progress.at(-1), {
      file: 'onnx/model_quantized.onnx',
      bytes: weights.length,
      total: weights.length,
    });
    t.ok(readFileSync(join(directory, 'onnx/model_quantized.onnx')).equals(weights));

    hub.asked.length = 0;
    await fetchModel(fetching);
    t.same(hub.asked, [], 'what is there is not asked for again');
    const embedder = await makeTransformersEmbedder({ modelPath: directory, model: 'some/model' });
    t.equal((await embedder.embed(['file']))[0]?.length, 48);
    await embedder.close();
  },
);

t.test('a remainder that is no beginning of the file is thrown away', async (t) => {
  const place = t.testdir({});
  const source = join(place, 'source');
  makeTinyOnnx(source);
  const hub = await modelHub(t, source);
  const directory = join(place, 'model');
  mkdirSync(directory);
  writeFileSync(join(directory, 'config.json.part'), 'x'.repeat(100_000));
  await fetchModel({ directory, model: 'some/model', hub: hub.hub });
  t.same(readFileSync(join(directory, 'config.json')), readFileSync(join(source, 'config.json')));
});

t.test(
  'without network, with a wrong name, and when cancelled it says so and leaves nothing that looks whole',
  async (t) => {
    const place = t.testdir({});
    const source = join(place, 'source');
    makeTinyOnnx(source);
    const hub = await modelHub(t, source);
    const directory = join(place, 'model');
    hub.status = 404;
    await t.rejects(fetchModel({ directory, model: 'some/model', hub: hub.hub }), {
      code: 'RUN_FAILED',
      message:
        /config\.json of the model some\/model could not be downloaded: the server answered 404/,
    });
    hub.status = undefined;
    const stop = new AbortController();
    await t.rejects(
      fetchModel({
        directory,
        model: 'some/model',
        hub: hub.hub,
        signal: stop.signal,
        onProgress: () => stop.abort(new Error('enough')),
      }),
      { message: 'enough' },
    );
    hub.server.closeAllConnections();
    await new Promise((resolve) => hub.server.close(resolve));
    await t.rejects(fetchModel({ directory, model: 'some/model', hub: hub.hub }), {
      code: 'RUN_FAILED',
      message: /could not be downloaded: fetch failed: ./,
      hint: /copy the model's files into/,
    });
    t.notOk(existsSync(join(directory, 'onnx/model_quantized.onnx')));
  },
);
