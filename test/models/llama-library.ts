/** What the tests use of `node-llama-cpp`, which is installed apart from the project. */

export type Token = number & { readonly kind: 'token' };
export type Grammar = { readonly kind: 'grammar' };

type Sequence = {
  readonly nextTokenIndex: number;
  adaptStateToTokens(tokens: readonly Token[], allowShift: boolean): Promise<void>;
  evaluate(tokens: readonly Token[], options: object): AsyncIterable<Token>;
};
type Model = {
  tokenize(text: string, specialTokens: boolean): readonly Token[];
  detokenize(tokens: readonly Token[]): string;
  isEogToken(token: Token): boolean;
  createContext(options: {
    readonly contextSize: number;
    readonly threads: number;
  }): Promise<{ getSequence(): Sequence }>;
};

export type Library = {
  getLlama(options: object): Promise<{
    loadModel(options: { readonly modelPath: string }): Promise<Model>;
    createGrammarForJsonSchema(schema: object): Promise<Grammar>;
  }>;
  readonly LlamaGrammarEvaluationState: new (options: {
    readonly model: Model;
    readonly grammar: Grammar;
  }) => object;
};
