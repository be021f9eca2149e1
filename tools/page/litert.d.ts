// What the page uses of LiteRT.js, whose packaged file has no types.

export interface Tensor {
  readonly deleted: boolean;
  delete(): void;
  moveTo(accelerator: "wasm"): Promise<Tensor>;
  toTypedArray(): Float32Array;
}
export const Tensor: new (values: Float32Array, shape: number[]) => Tensor;

export interface CompiledModel {
  readonly options: { accelerator: string };
  getInputDetails(): Record<string, { shape: number[] }>;
  run(input: Tensor): Promise<Tensor[]>;
}

export function loadLiteRt(path: string): Promise<unknown>;
export function loadAndCompile(path: string, options: { accelerator: string }): Promise<CompiledModel>;
