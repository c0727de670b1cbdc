/** Mantine in the look of the page: ink as the primary colour, small radii, no shadows. */
import { createTheme, type MantineColorsTuple } from "@mantine/core";

/** From the sunk grey to ink; Mantine takes shade 9 on light ground and shade 1 on dark. */
const ink: MantineColorsTuple = [
  "#f2f4f7",
  "#e9eef4",
  "#dfe3e9",
  "#c3cad3",
  "#8d9aa8",
  "#5d6875",
  "#424d5a",
  "#2b343e",
  "#1b232c",
  "#11161d",
];

const none = "none";

export const theme = createTheme({
  colors: { ink },
  primaryColor: "ink",
  primaryShade: { light: 9, dark: 1 },
  autoContrast: true,
  defaultRadius: 6,
  radius: { xs: "3px", sm: "4px", md: "6px", lg: "6px", xl: "6px" },
  shadows: { xs: none, sm: none, md: none, lg: none, xl: none },
  fontFamily: "var(--sans)",
  fontFamilyMonospace: "var(--mono)",
  respectReducedMotion: true,
  // Hiding the scroll bar needs a style element, which the content security policy forbids; scrolling is held all the same.
  components: { Modal: { defaultProps: { removeScrollProps: { removeScrollBar: false } } } },
});
