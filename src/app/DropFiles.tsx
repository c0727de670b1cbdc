/** The whole page takes files and folders: the parts of a data set, or a run file to look at. */
import { Dropzone } from "@mantine/dropzone";
import { DATA } from "../features/texts";
import { useController } from "../state/context";
import { withPaths } from "../state/files";

export function DropFiles() {
  const controller = useController();
  return (
    <Dropzone.FullScreen
      active
      inputProps={{ "aria-label": DATA.drop }}
      onDrop={(files) => void controller.openFiles(withPaths(files))}
      styles={{ inner: { height: "100%" } }}
    >
      <div className="drop">
        <b>{DATA.drop}</b>
        <p>{DATA.dropHint}</p>
      </div>
    </Dropzone.FullScreen>
  );
}
