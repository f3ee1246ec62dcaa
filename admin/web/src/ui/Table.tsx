import type { ComponentProps } from "react";
import { cx } from "./cx";

/** A table that scrolls sideways by itself where there is no room. */
export function Table({ className, label, ...rest }: ComponentProps<"table"> & { label: string }) {
  return (
    <div className="relative overflow-x-auto rounded-lg border border-line bg-surface" role="region" aria-label={label} tabIndex={0}>
      <table {...rest} className={cx("w-full border-collapse text-left text-[13.5px]", className)} />
    </div>
  );
}

export function Th({ className, ...rest }: ComponentProps<"th">) {
  return (
    <th
      scope="col"
      {...rest}
      className={cx("h-9 border-b border-line px-4 text-xs font-medium whitespace-nowrap text-faint", className)}
    />
  );
}

export function Td({ className, ...rest }: ComponentProps<"td">) {
  return <td {...rest} className={cx("h-11 border-b border-line px-4 align-middle [tr:last-child>&]:border-b-0", className)} />;
}
