import { GlotError } from '@glot/errors';
import { ModelProto } from './onnx-schema.js';
import { checked, ELEMENT_TYPES, type ElementType, i64Tensor, type TensorData } from './tensor-data.js';

/** Name of a value that flows through a graph. */
export type Value = string;

/** A number stands for an integer; floats are marked, since ONNX tells 1 and 1.0 apart. */
export type Attribute = number | string | readonly number[] | { readonly float: number };

export interface NodeOptions {
  /** Operator domain; default "" (ai.onnx). */
  readonly domain?: string | undefined;
  readonly attributes?: Readonly<Record<string, Attribute>> | undefined;
}

/** A size that is only known at run time has a name. */
export type Dimension = number | string;

/** A finished graph: the protobuf bytes, and the large constants that stay outside of them. */
export interface Graph {
  readonly model: Uint8Array;
  readonly externalData: readonly { readonly path: string; readonly data: Uint8Array }[];
  /** Folder of the file that holds the constants which went to a sink. */
  readonly folder?: string;
}

/** Takes large constants as they come, so that a graph can be larger than memory. */
export interface ConstantSink {
  /** Name of the file, within the folder that `Graph.folder` will name. */
  readonly file: string;
  /** Stores bytes at once. @returns where in the file they start */
  write(bytes: Uint8Array): number;
}

/** Constants from this size on are handed to the runtime beside the model: no copy, and no 2 GB limit of protobuf. */
const EXTERNAL_FROM_BYTES = 4096;

const IR_VERSION = 10;
const OPSETS = [
  { domain: '', version: 21 },
  { domain: 'com.microsoft', version: 1 },
];

interface ValueInfo {
  readonly name: string;
  readonly type: object;
}

/**
 * Collects nodes in execution order and writes them as an ONNX model. Names of values are made here and are unique;
 * only inputs and outputs have names that a caller chooses.
 */
export class GraphBuilder {
  readonly #nodes: object[] = [];
  readonly #initializers: object[] = [];
  readonly #inputs: ValueInfo[] = [];
  readonly #outputs: ValueInfo[] = [];
  readonly #external: { path: string; data: Uint8Array }[] = [];
  readonly #names = new Set<string>();
  readonly #sink: ConstantSink | null;
  #count = 0;

  /** @param sink where large constants go; default: they stay in memory, beside the model */
  constructor(sink: ConstantSink | null = null) {
    this.#sink = sink;
  }

  input(name: string, type: ElementType, shape: readonly Dimension[]): Value {
    this.#claim(name);
    this.#inputs.push(valueInfo(name, type, shape));
    return name;
  }

  /** Adds a constant. Its bytes must not change before the session is made. */
  constant(tensor: TensorData, hint = 'c'): Value {
    const { type, shape, bytes } = checked(tensor);
    const name = this.#fresh(hint);
    const proto = { name, dims: [...shape], dataType: ELEMENT_TYPES[type].onnx };
    if (bytes.byteLength < EXTERNAL_FROM_BYTES) {
      this.#initializers.push({ ...proto, rawData: bytes });
    } else {
      if (this.#sink === null) this.#external.push({ path: name, data: bytes });
      const offset = this.#sink?.write(bytes) ?? 0;
      this.#initializers.push({
        ...proto,
        dataLocation: 1,
        externalData: [
          { key: 'location', value: this.#sink?.file ?? name },
          { key: 'offset', value: String(offset) },
          { key: 'length', value: String(bytes.byteLength) },
        ],
      });
    }
    return name;
  }

  /** A constant i64 vector, as shapes and axes are given. */
  ints(values: readonly number[]): Value {
    return this.constant(i64Tensor(values), 'ints');
  }

  /** Adds a node with one output. An empty string among the inputs leaves an optional one out. */
  node(opType: string, inputs: readonly Value[], options: NodeOptions = {}): Value {
    return this.nodes(opType, inputs, 1, options)[0] as Value;
  }

  /** Adds a node with several outputs and returns their names. */
  nodes(opType: string, inputs: readonly Value[], outputs: number, options: NodeOptions = {}): Value[] {
    const output = Array.from({ length: outputs }, () => this.#fresh(opType));
    this.#nodes.push({
      input: [...inputs],
      output,
      name: output[0],
      opType,
      domain: options.domain ?? '',
      attribute: Object.entries(options.attributes ?? {}).map(([name, value]) => attributeProto(name, value)),
    });
    return output;
  }

  /** Makes a value visible from outside under a chosen name. */
  output(name: string, value: Value, type: ElementType, shape: readonly Dimension[]): void {
    this.#claim(name);
    this.#nodes.push({ input: [value], output: [name], name, opType: 'Identity', domain: '' });
    this.#outputs.push(valueInfo(name, type, shape));
  }

  build(name: string): Graph {
    const graph = {
      name,
      node: this.#nodes,
      initializer: this.#initializers,
      input: this.#inputs,
      output: this.#outputs,
    };
    const model = ModelProto.encode(
      ModelProto.create({ irVersion: IR_VERSION, producerName: 'glot', graph, opsetImport: OPSETS }),
    ).finish();
    return { model, externalData: this.#external };
  }

  #fresh(hint: string): Value {
    this.#count += 1;
    const name = `${hint}_${this.#count}`;
    this.#claim(name);
    return name;
  }

  #claim(name: string): void {
    if (this.#names.has(name)) throw new GlotError('kernels.duplicate-name', `the graph has two values named ${name}`);
    this.#names.add(name);
  }
}

function valueInfo(name: string, type: ElementType, shape: readonly Dimension[]): ValueInfo {
  const dim = shape.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType: ELEMENT_TYPES[type].onnx, shape: { dim } } } };
}

// Values of AttributeProto.AttributeType: FLOAT 1, INT 2, STRING 3, INTS 7.
function attributeProto(name: string, value: Attribute): object {
  if (typeof value === 'string') return { name, s: new TextEncoder().encode(value), type: 3 };
  if (typeof value === 'number') return { name, i: value, type: 2 };
  if ('float' in value) return { name, f: value.float, type: 1 };
  return { name, ints: [...value], type: 7 };
}
