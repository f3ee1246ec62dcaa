/** How Radix menus look; they are used as Radix gives them. */
export const menuBox =
  "z-50 min-w-48 rounded-lg border border-line bg-raised p-1 text-[13.5px] shadow-xl data-[state=open]:animate-none";
export const menuItem =
  "flex h-8 cursor-pointer items-center gap-2 rounded-md px-2 outline-none select-none data-[highlighted]:bg-sunken data-[disabled]:cursor-not-allowed data-[disabled]:opacity-50";
