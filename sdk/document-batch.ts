/** Storing many documents as one entry of the queue. */

import { endPieces, isWholeContent } from "./content.js";
import type { Document, PutManyOptions, WholeContent } from "./entries.js";
import { argumentError, CapsuleError, throwIfAborted } from "./errors.js";
import type { PlacedTarget } from "./placement.js";
import type { WriteQueue } from "./queue.js";
import type { Uri } from "./uri.js";
import { type CapsuleWriter, type DocumentInput, prepareDocument, tell } from "./writer.js";

/** Documents that are checked together before the first of them is stored; an array is checked whole. */
const CHUNK_DOCUMENTS = 1024;

/** Checked, but for its content. */
interface CheckedDocument {
  readonly input: DocumentInput;
  readonly document: Document;
}

/** Stores documents one after another and gives their URIs. To be run by the queue. */
export async function storeDocuments(
  writer: CapsuleWriter,
  queue: WriteQueue,
  documents: Iterable<Document> | AsyncIterable<Document>,
  options: PutManyOptions,
): Promise<Uri[]> {
  const batch = new DocumentBatch(writer, options);
  try {
    if (Array.isArray(documents)) await batch.storeAll(documents.map((document: Document) => batch.check(document)));
    else if (isIterable(documents)) await batch.storeSequence(documents);
    else if (isAsyncIterable(documents)) await batch.storeStream(documents, queue);
    else throw argumentError("documents", "an iterable or async iterable of documents", documents);
  } catch (error) {
    throw withCount(error, batch.uris.length);
  }
  return batch.uris;
}

class DocumentBatch {
  readonly uris: Uri[] = [];
  private readonly atMs: number;

  constructor(
    private readonly writer: CapsuleWriter,
    private readonly options: PutManyOptions,
  ) {
    writer.requireWritable();
    this.atMs = writer.parts.clock();
  }

  check(document: Document): CheckedDocument {
    if (typeof document !== "object" || document === null) throw argumentError("documents", "documents", document);
    const place = this.writer.placement.locate(document.target);
    if (this.writer.parts.sanitizer !== null && isWholeContent(document.content))
      return this.checkSanitized(place, document, document.content);
    return { input: this.writer.documentInput(place, document, document.atMs ?? this.atMs), document };
  }

  private checkSanitized(place: PlacedTarget, given: Document, whole: WholeContent): CheckedDocument {
    const { options, content } = this.writer.sanitized(place.uri, given, whole);
    const document = { ...options, content };
    return { input: this.writer.documentInput(place, document, document.atMs ?? this.atMs), document };
  }

  /** Stores checked documents; lets signals and timers in now and then, if someone waits for them. */
  async storeAll(checked: readonly CheckedDocument[]): Promise<void> {
    for (let from = 0; from < checked.length; from += CHUNK_DOCUMENTS) {
      for (let i = from; i < Math.min(from + CHUNK_DOCUMENTS, checked.length); i++)
        this.store(checked[i] as CheckedDocument);
      await this.report();
    }
  }

  async storeSequence(documents: Iterable<Document>): Promise<void> {
    let chunk: CheckedDocument[] = [];
    for (const document of documents) {
      chunk.push(this.check(document));
      if (chunk.length < CHUNK_DOCUMENTS) continue;
      await this.storeAll(chunk);
      chunk = [];
    }
    await this.storeAll(chunk);
  }

  async storeStream(documents: AsyncIterable<Document>, queue: WriteQueue): Promise<void> {
    const iterator = documents[Symbol.asyncIterator]();
    try {
      for (;;) {
        const { done, value } = await queue.awaitProducer(() => iterator.next());
        if (done) break;
        this.writer.requireWritable();
        this.store(this.check(value));
        if (this.uris.length % CHUNK_DOCUMENTS === 0) await this.report();
      }
    } catch (error) {
      await endPieces(iterator);
      throw error;
    }
    await this.report();
  }

  private store({ input, document }: CheckedDocument): void {
    const { content, index } = document;
    if (!isWholeContent(content))
      throw argumentError("content", "a string or bytes", content, "Use put() for a stream.");
    const outcome = this.writer.storeDocument(prepareDocument(input, content, index));
    const uri = input.record.uri as Uri;
    this.uris.push(uri);
    tell(document, uri, outcome);
  }

  private async report(): Promise<void> {
    const { signal, onProgress } = this.options;
    onProgress?.(this.uris.length);
    if (signal === undefined) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    throwIfAborted(signal, "store the documents");
  }
}

function isIterable(value: unknown): value is Iterable<Document> {
  return typeof (value as Iterable<Document> | null)?.[Symbol.iterator] === "function" && typeof value !== "string";
}

function isAsyncIterable(value: unknown): value is AsyncIterable<Document> {
  return typeof (value as AsyncIterable<Document> | null)?.[Symbol.asyncIterator] === "function";
}

/** The same error, with how many documents were stored before it. */
function withCount(error: unknown, documentsPut: number): unknown {
  if (!(error instanceof CapsuleError)) return error;
  return new CapsuleError(error.code, error.message, {
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    details: { ...error.details, documentsPut },
    cause: error.cause ?? error,
  });
}
