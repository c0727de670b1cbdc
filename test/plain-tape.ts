/** Scalar reverse-mode differentiation in double precision: every number is a node that knows its partial derivatives. */

/** Index of a node. */
export type Node = number;

export class Tape {
  private readonly values: number[] = [];
  /** Where each node's parents begin. */
  private readonly starts: number[] = [];
  private readonly parents: Node[] = [];
  private readonly partials: number[] = [];

  /** A node of the given value, d node / d parent being `partial` for each pair. */
  node(value: number, ...from: readonly (readonly [parent: Node, partial: number])[]): Node {
    this.values.push(value);
    this.starts.push(this.parents.length);
    for (const [parent, partial] of from) {
      this.parents.push(parent);
      this.partials.push(partial);
    }
    return this.values.length - 1;
  }

  value(node: Node): number {
    return this.values[node] as number;
  }

  /** Σ factor·node. */
  sum(terms: readonly (readonly [node: Node, factor: number])[]): Node {
    return this.node(
      terms.reduce((total, [node, factor]) => total + factor * this.value(node), 0),
      ...terms,
    );
  }

  multiply(a: Node, b: Node): Node {
    return this.node(this.value(a) * this.value(b), [a, this.value(b)], [b, this.value(a)]);
  }

  /** Σ a_i·b_i. */
  dot(pairs: readonly (readonly [a: Node, b: Node])[]): Node {
    const total = pairs.reduce((sum, [a, b]) => sum + this.value(a) * this.value(b), 0);
    return this.node(total, ...pairs.flatMap(([a, b]) => [[a, this.value(b)] as const, [b, this.value(a)] as const]));
  }

  /** d root / d node for every node. */
  backward(root: Node): Float64Array {
    const adjoint = new Float64Array(this.values.length);
    adjoint[root] = 1;
    for (let node = root; node >= 0; node--) {
      const own = adjoint[node] as number;
      if (own === 0) continue;
      const end = this.starts[node + 1] ?? this.parents.length;
      for (let i = this.starts[node] as number; i < end; i++) {
        const parent = this.parents[i] as Node;
        adjoint[parent] = (adjoint[parent] as number) + own * (this.partials[i] as number);
      }
    }
    return adjoint;
  }
}
