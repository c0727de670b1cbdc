/** Every text that a person reads on the page, apart from the settings' own labels and the engine's messages. */
export * from "./app";
export * from "./cost";
export * from "./data";
export * from "./discovery";
export * from "./engine";
export * from "./learning";
export * from "./method";
export * from "./report";
export * from "./results";
export * from "./share";
export * from "./slow";
export * from "./survival";
export * from "./terms";
export * from "./topics";
export * from "./transport";
