/** The one function of asciichart 1.5 that we use; the package brings no types. */
declare module 'asciichart' {
  export function plot(
    series: readonly number[],
    options?: { readonly height?: number; readonly format?: (value: number) => string },
  ): string;
}
