import t from 'tap';
import { defined } from '../../src/kernel/defined.js';

interface Fact {
  readonly message: string;
  readonly line?: number;
  readonly kind?: 'good' | 'bad';
  readonly files?: readonly string[];
}

const maybe = <T>(value: T, present: boolean): T | undefined => (present ? value : undefined);

t.test('a property that is undefined is left out, every other stays in its order', async (t) => {
  const result = defined({ b: 1, gone: undefined, a: null, zero: 0, empty: '', no: false });
  t.strictSame(Object.entries(result), [
    ['b', 1],
    ['a', null],
    ['zero', 0],
    ['empty', ''],
    ['no', false],
  ]);
  t.notOk('gone' in result);
});

t.test('the object that was handed in is not changed', async (t) => {
  const properties = { a: undefined };
  defined(properties);
  t.ok('a' in properties);
});

t.test('the compiler takes the result where properties are optional', async (t) => {
  const fact: Fact = defined({
    message: 'text',
    line: maybe(3, false),
    kind: maybe('bad', true),
    files: maybe(['a.md'], true),
  });
  t.strictSame(fact, { message: 'text', kind: 'bad', files: ['a.md'] });
  const spread: Fact = { message: 'text', ...defined({ line: maybe(3, true) }) };
  t.strictSame(spread, { message: 'text', line: 3 });
});

t.test('the compiler refuses an undefined value where a property is required', async (t) => {
  // @ts-expect-error message is required and may be undefined here
  const fact: Fact = defined({ message: maybe('text', false) });
  // @ts-expect-error line is a number
  const other: Fact = defined({ message: 'text', line: maybe('3', false) });
  t.strictSame([fact, other], [{}, { message: 'text' }]);
});
