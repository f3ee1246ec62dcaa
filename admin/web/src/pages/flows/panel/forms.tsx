/** One form for each kind of step, with every field the schema has. */
import { languageName } from "@/ui/languages";
import { branchAt, isList, kindOf, type Path, type Step, stepsOf, textAt } from "../model/content";
import { FailuresField, ArgumentsField, CasesField } from "./MapFields";
import { AnswersField } from "./MeaningFields";
import { SlotFields } from "./SlotFields";
import { SlotPicker } from "./SlotPicker";
import { useInterpreted } from "./drafts";
import { useEditing } from "./editing";
import { ChoiceField, NumberField, OptionalPart, Section, StepField, TicksField, Toggle, WordsField } from "./fields";
import { JsonField } from "./JsonField";
import { RoundsField, TextField } from "./TextField";
import { ToolAbout, useToolNames } from "./tools";

export function StepForm({ path, step }: { path: Path; step: Step }) {
  switch (kindOf(step)) {
    case "say":
      return <SayForm path={path} />;
    case "ask":
      return <AskForm path={path} step={step} />;
    case "look_up":
      return <LookUpForm path={path} step={step} />;
    case "agent":
      return <AgentForm path={path} />;
    case "decide":
      return <DecideForm path={path} />;
    case "survey":
      return <SurveyForm path={path} />;
    case "interpret":
      return <InterpretForm path={path} />;
    case "transfer":
      return <TransferForm path={path} />;
    case "end":
      return (
        <Section title="What is said">
          <TextField path={[...path, "says"]} label="Says" hint="It hangs up once the words were heard." />
          <StepField path={[...path, "resume"]} label="If the caller speaks again before that" />
        </Section>
      );
    case "speak":
      return <SpeakForm path={path} />;
    case "remind":
      return (
        <Section title="What is said">
          <TextField path={[...path, "says"]} label="The promise" />
          <TextField path={[...path, "unclear"]} label="When no time was said" />
          <TextField path={[...path, "reminder"]} label="Each time it is due" />
        </Section>
      );
    case "watch":
      return (
        <Section title="What is said">
          <TextField path={[...path, "says"]} label="The promise" />
          <TextField path={[...path, "nothing"]} label="When there is nothing to compare" />
          <TextField path={[...path, "longer"]} label="When it takes longer" />
        </Section>
      );
    default:
      return (
        <Section title="What is said">
          <TextField path={[...path, "says"]} label="Says" hint="The call stays where it is." />
        </Section>
      );
  }
}

function SayForm({ path }: { path: Path }) {
  return (
    <>
      <Section title="What is said">
        <TextField path={[...path, "says"]} label="Says" />
        <Toggle path={[...path, "keep"]} label="It must be heard" hint="Talked over, it is said again once the caller has been answered." />
        <Toggle path={[...path, "interruptible"]} label="The caller may talk over it" otherwise />
      </Section>
      <Section title="Where it leads">
        <StepField path={[...path, "next"]} label="Then" />
      </Section>
    </>
  );
}

const AWAITS = [
  ["free", "An open question"],
  ["yes_no", "Yes or no"],
] as const;

function AskForm({ path, step }: { path: Path; step: Step }) {
  const { content } = useEditing();
  const slot = textAt(step, ["slot"]);
  const kind = textAt(content, ["slots", slot, "kind"]);
  const format = textAt(content, ["slots", slot, "format"]);
  const counted = kind === "digits" || kind === "phone" || (kind === "order_number" && !format.includes("A"));
  const works = Object.entries(stepsOf(content))
    .filter(([, each]) => ["look_up", "agent"].includes(kindOf(each)))
    .map(([name]) => name);
  return (
    <>
      <Section title="What is asked">
        <TextField path={[...path, "says"]} label="Asks" />
        <RoundsField path={[...path, "again"]} label="When the answer was not understood" hint="Other words, more help." optional />
      </Section>
      <Section title="What it finds out">
        <SlotPicker path={path} />
        {slot && <SlotFields name={slot} />}
        {slot ? (
          <>
            <StepField path={[...path, "next"]} label="When it is given" />
            {counted && (
              <Toggle path={[...path, "any_time"]} label="At any time" hint="It may be given before it is asked for, or corrected later." />
            )}
            <OptionalPart
              path={[...path, "confirm"]}
              label="Read it back"
              hint="When it was not heard for sure."
              fresh={{ says: `I have {${slot}}. Is that right?`, again: `Sorry, is {${slot}} right, yes or no?`, denied: "Sorry about that. What is it, please?" }}
            >
              <TextField path={[...path, "confirm", "says"]} label="Reads back" />
              <TextField path={[...path, "confirm", "again"]} label="When neither yes nor no was understood" />
              <RoundsField path={[...path, "confirm", "denied"]} label="When it was wrong" />
              <Toggle path={[...path, "confirm", "always"]} label="Always" hint="Also when it seemed sure, but not when it was keyed." />
            </OptionalPart>
            <OptionalPart
              path={[...path, "counted"]}
              label="Too few or too many digits"
              hint={counted ? undefined : "Only for numbers."}
              fresh={{ partial: "{heard}, and then?", too_few: "That was only {count} digits. All of them, please?", too_many: "That was {count} digits, too many. Once more, please?" }}
            >
              <TextField path={[...path, "counted", "partial"]} label="After the first few" />
              <TextField path={[...path, "counted", "too_few"]} label="Too few" />
              <TextField path={[...path, "counted", "too_many"]} label="Too many" />
            </OptionalPart>
          </>
        ) : (
          <ChoiceField path={[...path, "awaits"]} label="What is awaited" options={AWAITS} otherwise="free" />
        )}
      </Section>
      <Section title="What callers may answer">
        <AnswersField path={[...path, "answers"]} label="When the caller means…" hint="Open a row for the phrases callers use." />
        {Object.hasOwn(branchAt(step, ["answers"]), "yes") && works.length > 0 && (
          <TicksField path={[...path, "consent_for"]} label="A yes is consent for" hint="Each of these may then change something, once." options={works} />
        )}
      </Section>
    </>
  );
}

function WorkFields({ path, step }: { path: Path; step: Step }) {
  const { content } = useEditing();
  return (
    <>
      <Section title="What is said meanwhile">
        <TextField path={[...path, "says"]} label="At once" />
        <TextField path={[...path, "waiting", "says"]} label="While it takes long" />
        <div className="grid grid-cols-2 gap-3">
          <NumberField path={[...path, "waiting", "first_after_ms"]} label="First after" unit="s" scale={1000} otherwise={4000} least={500} most={120000} step={0.5} />
          <NumberField path={[...path, "waiting", "then_every_ms"]} label="Then every" unit="s" scale={1000} otherwise={6000} least={500} most={120000} step={0.5} />
          <NumberField path={[...path, "waiting", "give_up_after_ms"]} label="Give up after" unit="s" scale={1000} otherwise={45000} least={500} most={120000} step={0.5} />
        </div>
        <TextField path={[...path, "partial"]} label="When part of the answer comes early" optional />
        <TextField path={[...path, "repair"]} label="When the answer changes what was told" hint="By default: “I said {before}; it is {now}.”" optional />
      </Section>
      <Section title="Where it leads">
        <StepField path={[...path, "next"]} label={step["meanwhile"] === undefined ? "When it is done" : "At once"} />
        <FailuresField path={[...path, "failed"]} />
        <OptionalPart
          path={[...path, "meanwhile"]}
          label="The conversation goes on meanwhile"
          hint="What was found is told when it comes."
          fresh={{}}
        >
          <StepField path={[...path, "meanwhile", "found"]} label="The aside that tells it" empty="Nothing is told" />
          <TicksField path={[...path, "meanwhile", "dropped_at"]} label="No longer asked for at" options={Object.keys(stepsOf(content))} />
          <ChoiceField
            path={[...path, "meanwhile", "when_changed"]}
            label="When the caller corrects what it was begun with"
            options={[
              ["drop", "Drop the work"],
              ["keep", "Let it finish"],
            ]}
            otherwise="drop"
          />
        </OptionalPart>
        <OptionalPart path={[...path, "after_hang_up"]} label="Finish it after the caller has hung up" fresh={{}}>
          <WordsField path={[...path, "after_hang_up", "sms"]} label="Text message when it succeeded" long optional />
          <WordsField path={[...path, "after_hang_up", "case"]} label="Subject of the case that is opened" optional />
        </OptionalPart>
      </Section>
    </>
  );
}

function LookUpForm({ path, step }: { path: Path; step: Step }) {
  const tools = useToolNames();
  return (
    <>
      <Section title="What is looked up">
        <WordsField path={[...path, "tool"]} label="Tool" options={tools} placeholder="order_status" />
        <ToolAbout name={textAt(step, ["tool"])} />
        <ArgumentsField path={[...path, "arguments"]} tool={textAt(step, ["tool"])} />
        <WordsField path={[...path, "result"]} label="Call the answer" hint="Later texts use it: {order.status}." placeholder="order" />
        <OptionalPart path={[...path, "verifies"]} label="It says who the caller is" hint="For the rest of the call." fresh={{ tries: 3, then: "" }}>
          <WordsField path={[...path, "verifies", "by"]} label="What the caller had to know" placeholder="order number and postcode" optional />
          <NumberField path={[...path, "verifies", "tries"]} label="Tries" least={1} most={10} otherwise={3} />
          <StepField path={[...path, "verifies", "then"]} label="After so many failed tries" />
        </OptionalPart>
      </Section>
      <WorkFields path={path} step={step} />
    </>
  );
}

function AgentForm({ path }: { path: Path }) {
  const { content } = useEditing();
  const tools = useToolNames();
  return (
    <>
      <Section title="What it is to do">
        <WordsField path={[...path, "goal"]} label="Goal" hint="What it is to find out or do. Slots as blanks: {order_number}." long />
        <TicksField path={[...path, "tools"]} label="Tools it may call" options={tools} />
        <WordsField path={[...path, "result"]} label="Call the answer" placeholder="advice" />
        <JsonField path={[...path, "answer"]} label="Shape of the answer" hint="A JSON schema; empty: free words." />
        <div className="grid grid-cols-2 gap-3">
          <NumberField path={[...path, "most_steps"]} label="At most" unit="steps" otherwise={8} least={1} most={32} />
          <NumberField path={[...path, "most_tokens"]} label="At most" unit="tokens" otherwise={20000} least={1} most={1000000} />
        </div>
      </Section>
      <WorkFields path={path} step={branchAt(content, path)} />
    </>
  );
}

function DecideForm({ path }: { path: Path }) {
  const { content } = useEditing();
  const known = [
    ...Object.keys(branchAt(content, ["slots"])),
    ...Object.values(stepsOf(content)).flatMap((step) => (textAt(step, ["result"]) ? [`${textAt(step, ["result"])}.status`] : [])),
    ...Object.values(stepsOf(content)).flatMap((step) => (textAt(step, ["by"]) ? [textAt(step, ["by"])] : [])),
  ];
  return (
    <Section title="What decides">
      <WordsField path={[...path, "by"]} label="By the value of" options={[...new Set(known)]} placeholder="order.status" hint="A slot, or part of an answer." />
      <CasesField path={[...path, "cases"]} />
      <StepField path={[...path, "otherwise"]} label="Otherwise" />
    </Section>
  );
}

function SurveyForm({ path }: { path: Path }) {
  return (
    <>
      <Section title="What is asked">
        <TextField path={[...path, "says"]} label="Asks" />
        <TextField path={[...path, "again"]} label="When the answer was something else" hint="Asked once more; left empty, the call just goes on." optional />
        <ChoiceField
          path={[...path, "answer"]}
          label="Answered by"
          options={[
            ["rating", "1 to 5, 5 is best"],
            ["yes_no", "Yes or no"],
          ]}
          otherwise="rating"
        />
        <WordsField path={[...path, "measures"]} label="Kept as" placeholder="satisfaction" hint="Insights show it under this name." optional />
      </Section>
      <Section title="Where it leads">
        <StepField path={[...path, "next"]} label="Then, in any case" />
      </Section>
    </>
  );
}

function usePlaces() {
  const { content } = useEditing();
  return Object.entries(branchAt(content, ["destinations"])).map(
    ([name, place]) => [name, `${textAt(place, ["title"]) || name} · ${textAt(place, ["number"])}`] as const,
  );
}

function InterpretForm({ path }: { path: Path }) {
  const places = usePlaces();
  const { content } = useEditing();
  const theirs = textAt(content, [...path, "language"]);
  const codes = useInterpreted();
  const languages = codes.map((code) => (theirs.split("-")[0] === code ? theirs : code)).map((tag) => [tag, languageName(tag)] as const);
  return (
    <>
      <Section title="Who is called">
        <TextField path={[...path, "says"]} label="Says" hint="Said while they are called." />
        <ChoiceField path={[...path, "to"]} label="To" options={places} hint={places.length === 0 ? "Add a destination under Flow." : undefined} />
        <ChoiceField path={[...path, "language"]} label="Their language" options={languages} />
      </Section>
      <Section title="How it is interpreted">
        <NumberField path={[...path, "duck_db"]} label="Voices under the translation" unit="dB" hint="0: at full level. -40: not heard at all." otherwise={-12} least={-40} most={0} />
        {codes.map((tag) => (
          <WordsField key={tag} path={[...path, "introductions", tag]} label={`Introduces itself in ${languageName(tag)}`} hint="Left empty, in the usual words." long optional />
        ))}
      </Section>
      <Section title="Where it leads">
        <StepField path={[...path, "next"]} label="When they have spoken" />
        <StepField path={[...path, "failed"]} label="When nobody answers" />
      </Section>
    </>
  );
}

function TransferForm({ path }: { path: Path }) {
  const places = usePlaces();
  return (
    <Section title="Where the call goes">
      <TextField path={[...path, "says"]} label="Says" hint="It is handed over once the words were heard." />
      <ChoiceField path={[...path, "destination"]} label="To" options={places} hint={places.length === 0 ? "Add a destination under Flow." : undefined} />
      <StepField path={[...path, "resume"]} label="If the caller takes it back" />
    </Section>
  );
}

function SpeakForm({ path }: { path: Path }) {
  const { content } = useEditing();
  const tags = isList(content["languages"]) ? content["languages"].map(String) : [];
  return (
    <Section title="Language">
      <ChoiceField path={[...path, "language"]} label="Goes on in" options={tags.map((tag) => [tag, tag] as const)} hint={tags.length < 2 ? "Add languages under Flow." : undefined} />
      <TextField path={[...path, "says"]} label="Says" />
    </Section>
  );
}
