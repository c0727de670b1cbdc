/** The letter of a compared run with a piece of its line. */
import { dashOf, letterOf } from "./dashes";

export function DashSample({ place }: { readonly place: number }) {
  const { width, dash } = dashOf(place);
  return (
    <span className="dash-sample">
      <b>{letterOf(place)}</b>
      <svg width={34} height={8} aria-hidden="true">
        <path d="M0 4h34" strokeWidth={width} {...(dash ? { strokeDasharray: dash } : {})} />
      </svg>
    </span>
  );
}
