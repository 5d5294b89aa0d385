package io.imagestore.internal.pickle;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs one pickle's instructions. */
final class Unpickler {

  private static final int HIGHEST_PROTOCOL = 5;
  private static final int MAX_NUMBER_CHARS = 64;
  private static final int MAX_NAME_CHARS = 1024;

  private final PickleInput input;
  private final PickleLimits limits;
  private final boolean unknownClassesAsRecords;
  private final long leaveInPlaceFrom;
  private final ValueStack stack;

  Unpickler(
      PickleInput input,
      PickleLimits limits,
      boolean unknownClassesAsRecords,
      long leaveInPlaceFrom) {
    this.input = input;
    this.limits = limits;
    this.unknownClassesAsRecords = unknownClassesAsRecords;
    this.leaveInPlaceFrom = leaveInPlaceFrom;
    this.stack = new ValueStack(input, limits);
  }

  @Nullable Object run() throws IOException {
    while (true) {
      int opcode = input.readOpcode();
      if (opcode == Opcode.STOP) {
        return result();
      }
      execute(opcode);
    }
  }

  private @Nullable Object result() throws PickleFormatException {
    Object value = stack.pop("the pickle's value");
    if (!stack.holdsNothing()) {
      throw input.error("expected one value at the end but there are more on the stack");
    }
    return value;
  }

  private void execute(int opcode) throws IOException {
    switch (opcode) {
      case Opcode.PROTO -> requireProtocol(input.readUnsignedByte());
      case Opcode.FRAME -> requireFrame(input.readLong());
      case Opcode.MARK -> stack.mark();
      case Opcode.POP -> stack.popAnything();
      case Opcode.POP_MARK -> stack.popToMark();
      case Opcode.DUP -> stack.push(stack.peek("a value to copy"));

      case Opcode.NONE -> stack.push(null);
      case Opcode.NEWTRUE -> stack.push(true);
      case Opcode.NEWFALSE -> stack.push(false);
      case Opcode.INT -> stack.push(intOrBoolean(readTextLine(MAX_NUMBER_CHARS)));
      case Opcode.BININT -> stack.push((long) input.readInt());
      case Opcode.BININT1 -> stack.push((long) input.readUnsignedByte());
      case Opcode.BININT2 -> stack.push((long) input.readUnsignedShort());
      case Opcode.LONG -> stack.push(longOf(readTextLine(MAX_NUMBER_CHARS)));
      case Opcode.LONG1 -> stack.push(littleEndian(input.readUnsignedByte()));
      case Opcode.LONG4 -> stack.push(littleEndian(input.readInt()));
      case Opcode.FLOAT -> stack.push(doubleOf(readTextLine(MAX_NUMBER_CHARS)));
      case Opcode.BINFLOAT ->
          stack.push(Double.longBitsToDouble(Long.reverseBytes(input.readLong())));

      case Opcode.STRING ->
          stack.push(PickledBytes.held(EscapedText.byteString(readLongLine(), input)));
      case Opcode.BINSTRING -> pushBytes(input.readInt());
      case Opcode.SHORT_BINSTRING, Opcode.SHORT_BINBYTES -> pushBytes(input.readUnsignedByte());
      case Opcode.BINBYTES -> pushBytes(input.readUnsignedInt());
      case Opcode.BINBYTES8, Opcode.BYTEARRAY8 -> pushBytes(input.readLong());
      case Opcode.UNICODE -> stack.push(EscapedText.text(readLongLine(), input));
      case Opcode.SHORT_BINUNICODE -> pushText(input.readUnsignedByte());
      case Opcode.BINUNICODE -> pushText(input.readUnsignedInt());
      case Opcode.BINUNICODE8 -> pushText(input.readLong());

      case Opcode.EMPTY_TUPLE -> stack.push(new Tuple());
      case Opcode.TUPLE -> stack.push(new Tuple(stack.popToMark()));
      case Opcode.TUPLE1 -> pushTuple(1);
      case Opcode.TUPLE2 -> pushTuple(2);
      case Opcode.TUPLE3 -> pushTuple(3);
      case Opcode.EMPTY_LIST -> stack.push(new ArrayList<@Nullable Object>());
      case Opcode.LIST -> pushList();
      case Opcode.APPEND -> append(stack.pop("a value to append"));
      case Opcode.APPENDS -> append(stack.popToMark());
      case Opcode.EMPTY_DICT -> stack.push(new LinkedHashMap<Object, @Nullable Object>());
      case Opcode.DICT -> pushDict();
      case Opcode.SETITEM -> setItem();
      case Opcode.SETITEMS -> setItems(stack.popToMark());

      case Opcode.PUT -> stack.memoize(longOf(readTextLine(MAX_NUMBER_CHARS)));
      case Opcode.BINPUT -> stack.memoize(input.readUnsignedByte());
      case Opcode.LONG_BINPUT -> stack.memoize(input.readUnsignedInt());
      case Opcode.MEMOIZE -> stack.memoize();
      case Opcode.GET -> stack.pushRemembered(longOf(readTextLine(MAX_NUMBER_CHARS)));
      case Opcode.BINGET -> stack.pushRemembered(input.readUnsignedByte());
      case Opcode.LONG_BINGET -> stack.pushRemembered(input.readUnsignedInt());

      case Opcode.GLOBAL -> stack.push(readGlobal());
      case Opcode.STACK_GLOBAL -> pushStackGlobal();
      case Opcode.REDUCE -> reduce();
      case Opcode.BUILD -> build();
      case Opcode.NEWOBJ -> newObject();
      case Opcode.NEWOBJ_EX -> newObjectWithKeywords();
      case Opcode.INST -> pushInstance(readGlobal(), stack.popToMark());
      case Opcode.OBJ -> pushOldInstance(stack.popToMark());

      case Opcode.EXT1, Opcode.EXT2, Opcode.EXT4 -> throw refused("an extension code");
      case Opcode.PERSID, Opcode.BINPERSID -> throw refused("a persistent id");
      case Opcode.NEXT_BUFFER, Opcode.READONLY_BUFFER -> throw refused("a buffer kept elsewhere");
      case Opcode.EMPTY_SET, Opcode.ADDITEMS, Opcode.FROZENSET -> throw refused("a set");
      default -> throw input.error("expected an instruction but found byte " + opcode);
    }
  }

  private void requireProtocol(int protocol) throws PickleFormatException {
    if (protocol > HIGHEST_PROTOCOL) {
      throw input.error("expected a pickle of protocol 0 to 5 but found " + protocol);
    }
  }

  /** A frame only tells what may be read ahead, so its length is checked and no more. */
  private void requireFrame(long length) throws PickleFormatException {
    if (length < 0 || length > limits.maxInputBytes()) {
      throw input.error(
          "expected a frame of at most " + limits.maxInputBytes() + " bytes but found " + length);
    }
  }

  // Numbers

  private Object intOrBoolean(String text) throws PickleFormatException {
    return switch (text) {
      case "00" -> false;
      case "01" -> true;
      default -> longOf(text);
    };
  }

  private long longOf(String text) throws PickleFormatException {
    String digits = text.endsWith("L") ? text.substring(0, text.length() - 1) : text;
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException e) {
      throw input.error("expected an integer of 64 bits but found '" + Excerpt.of(text) + "'");
    }
  }

  private double doubleOf(String text) throws PickleFormatException {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw input.error("expected a number but found '" + Excerpt.of(text) + "'");
    }
  }

  private long littleEndian(int length) throws IOException {
    if (length < 0 || length > Long.BYTES) {
      throw input.error("expected an integer of at most 8 bytes but found one of " + length);
    }
    long value = 0;
    for (int i = 0; i < length; i++) {
      value |= (long) input.readUnsignedByte() << (8 * i);
    }
    int unused = Long.SIZE - 8 * length;
    return length == 0 ? 0 : value << unused >> unused;
  }

  // Strings

  private String readTextLine(int maxLength) throws IOException {
    return new String(input.readLine(maxLength), StandardCharsets.ISO_8859_1);
  }

  private byte[] readLongLine() throws IOException {
    return input.readLine(limits.maxHeldBytes());
  }

  private void pushBytes(long length) throws IOException {
    if (length >= leaveInPlaceFrom) {
      long offset = input.offset();
      input.skip(length);
      stack.push(PickledBytes.leftInPlace(offset, length));
    } else {
      stack.push(PickledBytes.held(input.readBytes(length)));
    }
  }

  private void pushText(long length) throws IOException {
    byte[] bytes = input.readBytes(length);
    try {
      stack.push(Utf8.decode(bytes));
    } catch (CharacterCodingException e) {
      throw input.error("expected text in UTF-8");
    }
  }

  // Containers

  private void pushTuple(int length) throws PickleFormatException {
    @Nullable Object[] items = new Object[length];
    for (int i = length - 1; i >= 0; i--) {
      items[i] = stack.pop("a tuple's item");
    }
    stack.push(new Tuple(items));
  }

  private void pushList() throws PickleFormatException {
    @Nullable Object[] items = stack.popToMark();
    stack.push(new ArrayList<@Nullable Object>());
    append(items);
  }

  private void append(@Nullable Object... values) throws PickleFormatException {
    if (!(stack.peek("a list to append to") instanceof ArrayList<?> untyped)) {
      throw input.error("expected a list to append to");
    }
    List<@Nullable Object> list = asList(untyped);
    for (Object value : values) {
      list.add(value);
    }
  }

  private void pushDict() throws PickleFormatException {
    @Nullable Object[] items = stack.popToMark();
    stack.push(new LinkedHashMap<Object, @Nullable Object>());
    setItems(items);
  }

  private void setItem() throws PickleFormatException {
    Object value = stack.pop("a dict's value");
    Object key = stack.pop("a dict's key");
    setItems(key, value);
  }

  private void setItems(@Nullable Object... keysAndValues) throws PickleFormatException {
    if (!(stack.peek("a dict to put into") instanceof LinkedHashMap<?, ?> untyped)) {
      throw input.error("expected a dict to put into");
    }
    if (keysAndValues.length % 2 != 0) {
      throw input.error("expected a value for each key of a dict");
    }
    Map<Object, @Nullable Object> map = asMap(untyped);
    for (int i = 0; i < keysAndValues.length; i += 2) {
      map.put(key(keysAndValues[i]), keysAndValues[i + 1]);
    }
  }

  private Object key(@Nullable Object key) throws PickleFormatException {
    if (key instanceof String || key instanceof Long) {
      return key;
    }
    if (key instanceof PickledBytes bytes && bytes.isHeld()) {
      input.hold(bytes.length());
      return bytes.text();
    }
    throw input.error("expected a dict's key to be a short string or an integer");
  }

  @SuppressWarnings("unchecked") // each list on the stack is made here, of this type
  private static List<@Nullable Object> asList(List<?> list) {
    return (List<@Nullable Object>) list;
  }

  @SuppressWarnings("unchecked") // each map on the stack is made here, of this type
  private static Map<Object, @Nullable Object> asMap(Map<?, ?> map) {
    return (Map<Object, @Nullable Object>) map;
  }

  // Names, and the few of them that do something

  private Global readGlobal() throws IOException {
    String module = readTextLine(MAX_NAME_CHARS);
    String name = readTextLine(MAX_NAME_CHARS);
    return Global.named(module, name, unknownClassesAsRecords, input);
  }

  private void pushStackGlobal() throws PickleFormatException {
    Object name = stack.pop("a class's name");
    Object module = stack.pop("a class's module");
    if (!(module instanceof String moduleText) || !(name instanceof String nameText)) {
      throw input.error("expected the module and the name of a class as text");
    }
    stack.push(Global.named(moduleText, nameText, unknownClassesAsRecords, input));
  }

  private void reduce() throws PickleFormatException {
    Arguments arguments = new Arguments(stack.pop("a call's arguments"), input);
    if (!(stack.pop("a callable") instanceof Global global)) {
      throw input.error("expected the name of a callable");
    }
    stack.push(call(global, arguments));
  }

  private Object call(Global global, Arguments arguments) throws PickleFormatException {
    Global.Known known = global.known();
    if (known == null) {
      throw input.error("the pickle calls '" + global.shown() + "', and nothing is ever called");
    }
    return switch (known) {
      case DTYPE -> Dtype.named(arguments.text(0), input);
      case RECONSTRUCT_ARRAY -> {
        arguments.requireKnown(0, Global.Known.ND_ARRAY);
        yield new NdArray();
      }
      case ARRAY_FROM_BUFFER -> arrayFromBuffer(arguments);
      case SCALAR -> scalar(arguments.dtype(0), arguments.bytes(1));
      case BYTES -> bytes(arguments);
      case ENCODE -> encode(arguments.text(0), arguments.text(1));
      case RECONSTRUCT_OBJECT -> {
        arguments.requireKnown(1, Global.Known.OBJECT);
        yield instanceOf(arguments.global(0));
      }
      case ND_ARRAY, OBJECT ->
          throw input.error("the pickle calls '" + global.shown() + "', which isn't honoured");
    };
  }

  private NdArray arrayFromBuffer(Arguments arguments) throws PickleFormatException {
    String order = arguments.text(3);
    NdArray array = new NdArray();
    array.build(
        arguments.dtype(1), arguments.shape(2), order.equals("F"), arguments.bytes(0), input);
    if (order.equals("K")) {
      array.transpose(arguments.axes(4), input);
    } else if (!order.equals("C") && !order.equals("F")) {
      throw input.error(
          "expected a numpy array in the order C, F or K but found '" + Excerpt.of(order) + "'");
    } else if (!arguments.isNoneOrMissing(4)) {
      throw input.error("expected an order of axes for the order K alone");
    }
    return array;
  }

  private Object scalar(Dtype dtype, PickledBytes bytes) throws PickleFormatException {
    if (!bytes.isHeld() || bytes.length() != dtype.itemBytes()) {
      throw input.error("expected " + dtype.itemBytes() + " bytes of a numpy scalar");
    }
    return dtype.scalar(bytes.bytes());
  }

  /** Python's {@code bytes()} or {@code bytearray()} of nothing, of bytes, or of encoded text. */
  private PickledBytes bytes(Arguments arguments) throws PickleFormatException {
    return switch (arguments.count()) {
      case 0 -> PickledBytes.held(new byte[0]);
      case 1 -> arguments.bytes(0);
      case 2 -> encode(arguments.text(0), arguments.text(1));
      default -> throw input.error("expected at most 2 arguments but found " + arguments.count());
    };
  }

  private PickledBytes encode(String text, String charset) throws PickleFormatException {
    if (!charset.equals("latin1") && !charset.equals("latin-1")) {
      throw input.error(
          "expected text to be encoded to latin1 but found '" + Excerpt.of(charset) + "'");
    }
    input.hold(text.length());
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) > 0xFF) {
        throw input.error("expected text that stands for bytes but a character is above 255");
      }
    }
    return PickledBytes.held(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  // Instances of classes that aren't known

  private void newObject() throws PickleFormatException {
    Object arguments = stack.pop("the arguments of a new object");
    Object type = stack.pop("the class of a new object");
    if (!(arguments instanceof Tuple tuple) || !tuple.isEmpty()) {
      throw input.error("expected a new object to be made without arguments");
    }
    stack.push(instanceOf(type));
  }

  private void newObjectWithKeywords() throws PickleFormatException {
    Object keywords = stack.pop("the keyword arguments of a new object");
    if (!(keywords instanceof Map<?, ?> map) || !map.isEmpty()) {
      throw input.error("expected a new object to be made without keyword arguments");
    }
    newObject();
  }

  private void pushOldInstance(@Nullable Object[] classAndArguments) throws PickleFormatException {
    if (classAndArguments.length != 1) {
      throw input.error("expected a class, and no arguments, for a new object");
    }
    stack.push(instanceOf(classAndArguments[0]));
  }

  private void pushInstance(Global type, @Nullable Object[] arguments)
      throws PickleFormatException {
    if (arguments.length != 0) {
      throw input.error("expected a new object to be made without arguments");
    }
    stack.push(instanceOf(type));
  }

  private PickledObject instanceOf(@Nullable Object type) throws PickleFormatException {
    if (!(type instanceof Global global)) {
      throw input.error("expected the class of a new object");
    }
    if (global.known() != null || !unknownClassesAsRecords) {
      throw input.error("the pickle makes a '" + global.shown() + "', which isn't honoured");
    }
    return new PickledObject(global.module(), global.name(), new LinkedHashMap<>());
  }

  // State

  private void build() throws PickleFormatException {
    Object state = stack.pop("an object's state");
    Object target = stack.peek("an object to give its state");
    if (target instanceof NdArray array) {
      buildArray(array, new Arguments(state, input));
    } else if (target instanceof Dtype dtype) {
      buildDtype(dtype, new Arguments(state, input));
    } else if (target instanceof PickledObject object) {
      buildObject(object, state);
    } else {
      throw input.error("expected a numpy array, a dtype or an object to give its state");
    }
  }

  private void buildArray(NdArray array, Arguments state) throws PickleFormatException {
    if (array.isBuilt()) {
      throw input.error("the pickle gives a numpy array its state twice");
    }
    array.build(state.dtype(2), state.shape(1), state.bool(3), state.bytes(4), input);
  }

  private void buildDtype(Dtype dtype, Arguments state) throws PickleFormatException {
    dtype.order(state.text(1), input);
    if (!state.isNone(2) || !state.isNone(3) || !state.isNone(4)) {
      throw input.error("expected a numpy dtype of plain numbers but found one with fields");
    }
  }

  private void buildObject(PickledObject object, @Nullable Object state)
      throws PickleFormatException {
    if (state instanceof Tuple parts && parts.size() == 2) {
      putAttributes(object, parts.get(0));
      putAttributes(object, parts.get(1));
    } else {
      putAttributes(object, state);
    }
  }

  private void putAttributes(PickledObject object, @Nullable Object attributes)
      throws PickleFormatException {
    if (attributes == null) {
      return;
    }
    if (!(attributes instanceof Map<?, ?> map)) {
      throw input.error("expected an object's state to be a dict");
    }
    stack.count(map.size());
    for (Map.Entry<?, ?> attribute : map.entrySet()) {
      if (!(attribute.getKey() instanceof String name)) {
        throw input.error("expected the names of an object's attributes to be text");
      }
      object.state().put(name, attribute.getValue());
    }
  }

  private PickleFormatException refused(String what) {
    return input.error("the pickle holds " + what + ", which isn't honoured");
  }
}
