/**
 * Writing models in the ONNX format: the part of onnx.proto3 that graphs of ours need; names and
 * numbers are those of the format.
 */
import protobuf from 'protobufjs';

const { root } = protobuf.parse(
  `syntax = "proto3"; package onnx;
message AttributeProto { string name = 1; float f = 2; int64 i = 3; repeated int64 ints = 8; int32 type = 20; }
message NodeProto { repeated string input = 1; repeated string output = 2; string name = 3; string op_type = 4; repeated AttributeProto attribute = 5; }
message TensorProto { repeated int64 dims = 1; int32 data_type = 2; string name = 8; bytes raw_data = 9; }
message Dimension { oneof value { int64 dim_value = 1; string dim_param = 2; } }
message TensorShapeProto { repeated Dimension dim = 1; }
message TypeTensor { int32 elem_type = 1; TensorShapeProto shape = 2; }
message TypeProto { TypeTensor tensor_type = 1; }
message ValueInfoProto { string name = 1; TypeProto type = 2; }
message GraphProto { repeated NodeProto node = 1; string name = 2; repeated TensorProto initializer = 5; repeated ValueInfoProto input = 11; repeated ValueInfoProto output = 12; }
message OperatorSetIdProto { string domain = 1; int64 version = 2; }
message ModelProto { int64 ir_version = 1; string producer_name = 2; GraphProto graph = 7; repeated OperatorSetIdProto opset_import = 8; }`,
  { keepCase: true },
);

export const FLOAT = 1;
export const INT8 = 3;
export const INT64 = 7;
const OPSET = 17;

export type Attributes = Readonly<
  Record<string, number | readonly number[] | { readonly float: number }>
>;
export type Graph = {
  readonly name: string;
  readonly nodes: readonly object[];
  readonly weights: readonly object[];
  readonly input: readonly object[];
  readonly output: readonly object[];
};

/** Whole numbers are attributes of that kind unless they are written as `{ float }`. */
export function node(
  op_type: string,
  input: readonly string[],
  output: readonly string[],
  attributes: Attributes = {},
): object {
  const attribute = Object.entries(attributes).map(([name, value]) =>
    typeof value === 'number'
      ? { name, i: value, type: 2 }
      : 'float' in value
        ? { name, f: value.float, type: 1 }
        : { name, ints: value, type: 7 },
  );
  return { op_type, input, output, name: `${op_type}-${output.join('-')}`, attribute };
}

export function tensor(
  name: string,
  {
    type,
    dims,
    data,
  }: { readonly type: number; readonly dims: readonly number[]; readonly data: ArrayBufferView },
): object {
  return {
    name,
    data_type: type,
    dims,
    raw_data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  };
}

type Made = { readonly nodes: readonly object[]; readonly weights: readonly object[] };

/**
 * As a sentence model is called: three inputs of token numbers, one output of `last_hidden_state`.
 */
export function sentenceModel({
  nodes,
  weights,
  dimensions,
}: Made & { readonly dimensions: number }): Graph {
  return {
    name: 'sentences',
    nodes,
    weights,
    input: TOKENS,
    output: [value('last_hidden_state', FLOAT, ['batch', 'sequence', dimensions])],
  };
}

/**
 * As a model is called that reads two texts together: the same inputs, one number of `logits` for
 * each pair.
 */
export function pairModel({ nodes, weights }: Made): Graph {
  return {
    name: 'pairs',
    nodes,
    weights,
    input: TOKENS,
    output: [value('logits', FLOAT, ['batch', 1])],
  };
}

const TOKENS = ['input_ids', 'attention_mask', 'token_type_ids'].map((name) =>
  value(name, INT64, ['batch', 'sequence']),
);

export function encodeOnnx({ name, nodes, weights, input, output }: Graph): Uint8Array {
  const ModelProto = root.lookupType('onnx.ModelProto');
  return ModelProto.encode(
    ModelProto.fromObject({
      ir_version: 8,
      producer_name: 'nocturne-test',
      opset_import: [{ domain: '', version: OPSET }],
      graph: { name, node: nodes, initializer: weights, input, output },
    }),
  ).finish();
}

function value(name: string, elem_type: number, dims: readonly (string | number)[]): object {
  return {
    name,
    type: {
      tensor_type: {
        elem_type,
        shape: {
          dim: dims.map((dim) =>
            typeof dim === 'string' ? { dim_param: dim } : { dim_value: dim },
          ),
        },
      },
    },
  };
}
