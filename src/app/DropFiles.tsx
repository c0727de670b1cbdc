/** The whole page takes files: data to search on, or a run file to look at. */
import { Dropzone } from "@mantine/dropzone";
import { notifications } from "@mantine/notifications";
import { DATA } from "../features/texts";
import { useController } from "../state/context";

export function DropFiles() {
  const controller = useController();
  const onDrop = (files: readonly File[]) => {
    const file = files[0];
    if (file) void controller.openFile(file);
  };
  const onReject = () => notifications.show({ id: "one file", message: DATA.dropOne, color: "red" });
  return (
    <Dropzone.FullScreen
      active
      onDrop={onDrop}
      onReject={onReject}
      multiple={false}
      styles={{ inner: { height: "100%" } }}
    >
      <div className="drop">
        <b>{DATA.drop}</b>
        <p>{DATA.dropHint}</p>
      </div>
    </Dropzone.FullScreen>
  );
}
