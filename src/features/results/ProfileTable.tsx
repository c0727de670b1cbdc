/** The kernels of a profile as a table, with a bar for each share of the time. */
import { memo, useMemo } from "react";
import { type ProfileRow, profileRows } from "../../domain/profile";
import type { Profile } from "../../domain/run";
import { formatBytes, formatCount } from "../../state/progress";
import { PROFILE, RESULTS, TRANSPORT } from "../texts";
import { formatPercent } from "../ui/format";
import { Term } from "../ui/Term";

interface Props {
  readonly iteration: number;
  readonly profile: Profile;
}

const { columns } = PROFILE;
const megabytes = (bytes: number) => (bytes / 1e6).toFixed(bytes < 1e6 ? 2 : 1);
const rate = (value: number | null) => (value === null ? TRANSPORT.none : value.toFixed(2));

export const ProfileTable = memo(function ProfileTable({ iteration, profile }: Props) {
  const { rows, total } = useMemo(() => profileRows(profile), [profile]);
  const memory = formatBytes(profile.bytes);
  return (
    <>
      <p className="profile-caption">{PROFILE.caption(iteration, `${memory.value} ${memory.unit}`)}</p>
      <div className="profile-table" data-testid="profile-table">
        <table aria-label={RESULTS.tabs.profile}>
          <thead>
            <tr>
              <th scope="col">{columns.name}</th>
              <th scope="col">
                <Term of="dispatches">{columns.dispatches}</Term>
              </th>
              <th scope="col">{columns.milliseconds}</th>
              <th scope="col">
                <Term of="share">{columns.share}</Term>
              </th>
              <th scope="col">
                <Term of="moved">{columns.bytes}</Term>
              </th>
              <th scope="col">
                <Term of="gflops">{columns.gflops}</Term>
              </th>
              <th scope="col">
                <Term of="intensity">{columns.intensity}</Term>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.name}>
                <Cells row={row} />
                <td>{rate(row.gflops)}</td>
                <td>{rate(row.intensity)}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <Cells row={total} />
              <td />
              <td />
            </tr>
          </tfoot>
        </table>
      </div>
    </>
  );
});

function Cells({ row }: { readonly row: ProfileRow }) {
  return (
    <>
      <th scope="row">{row.name}</th>
      <td>{formatCount(row.dispatches)}</td>
      <td>{row.milliseconds.toFixed(2)}</td>
      <td className="share">
        <i style={{ transform: `scaleX(${row.share})` }} />
        {formatPercent(row.share)} %
      </td>
      <td>{megabytes(row.bytes)}</td>
    </>
  );
}
