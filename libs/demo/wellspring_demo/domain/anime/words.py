"""The words from which titles, synopses and credits are made: nothing here is a real work or company."""

HEADS = (
    ("Yoake", "夜明け", "fajar"),
    ("Amagumo", "雨雲", "awan hujan"),
    ("Minamikaze", "南風", "angin selatan"),
    ("Kujira", "鯨", "paus"),
    ("Toudai", "灯台", "mercusuar"),
    ("Mikazuki", "三日月", "bulan sabit"),
    ("Hidamari", "日だまり", "tempat teduh yang hangat"),
    ("Kitakaze", "北風", "angin utara"),
    ("Suiyoubi", "水曜日", "hari Rabu"),
    ("Kazamidori", "風見鶏", "penunjuk angin"),
    ("Yuugure", "夕暮れ", "senja"),
    ("Asatsuyu", "朝露", "embun pagi"),
    ("Kohaku", "琥珀", "batu amber"),
    ("Tsubame", "燕", "burung layang-layang"),
    ("Natsuzora", "夏空", "langit musim panas"),
    ("Fuyugeshiki", "冬景色", "pemandangan musim dingin"),
    ("Harusame", "春雨", "hujan musim semi"),
    ("Momiji", "紅葉", "daun maple"),
    ("Kirigakure", "霧隠れ", "kabut"),
    ("Umibe", "海辺", "tepi laut"),
)
"""What a title is about: in Latin letters, in Japanese, and in Indonesian."""

TAILS = (
    ("Yuubinkyoku", "郵便局", "kantor pos"),
    ("Tokeiya", "時計屋", "toko jam"),
    ("Fuurin", "風鈴", "lonceng angin"),
    ("Orugooru", "オルゴール", "kotak musik"),
    ("Kissaten", "喫茶店", "kedai kopi"),
    ("Hashigo", "梯子", "tangga kayu"),
    ("Sentakuya", "洗濯屋", "penatu"),
    ("Chizu", "地図", "peta tua"),
    ("Teien", "庭園", "taman"),
    ("Hakubutsukan", "博物館", "museum"),
    ("Enpitsu", "鉛筆", "pensil"),
    ("Kasaya", "傘屋", "toko payung"),
    ("Mikan Batake", "みかん畑", "kebun jeruk"),
    ("Watashibune", "渡し舟", "perahu penyeberangan"),
    ("Gakufu", "楽譜", "lembar musik"),
    ("Tegami", "手紙", "surat"),
    ("Hoshizukan", "星図鑑", "atlas bintang"),
    ("Toshokan", "図書館", "perpustakaan"),
    ("Bansankai", "晩餐会", "jamuan makan malam"),
    ("Nagagutsu", "長靴", "sepatu bot"),
)
"""What it is called after, in the same three languages."""

GENRES = (
    "Action",
    "Adventure",
    "Comedy",
    "Drama",
    "Fantasy",
    "Historical",
    "Mecha",
    "Music",
    "Mystery",
    "Romance",
    "School",
    "Sci-Fi",
    "Slice of Life",
    "Sports",
    "Supernatural",
)
STUDIOS = (
    "Studio Kipas",
    "Roda Biru",
    "Nagareboshi Works",
    "Lumbung Gambar",
    "Tinta Sembilan",
    "Atelier Hamparan",
)
PRODUCERS = ("Layang Media", "Kolam Pictures", "Pasir Putih", "Bukit Suara", "Jendela Timur")
HEROES = ("Rin", "Haruto", "Sora", "Mei", "Kaito", "Nagi", "Toma", "Yuzu", "Ibuki", "Chiyo")
PLOTS = (
    "{hero} mewarisi {tail} yang hanya buka saat {head} datang. Tamu pertamanya membawa nama {hero} sendiri.",
    "Setiap {head}, {tail} di ujung kota berpindah satu jalan. Hanya {hero} yang mencatat ke mana.",
    "Di sebuah pelabuhan kecil, {hero} memperbaiki {tail} dengan bayaran satu cerita tentang {head}.",
    "{hero} berjanji menjaga {tail} selama satu musim. Musim itu tidak juga berakhir.",
    "Tiga sahabat menemukan {tail} di balik {head}, lalu {hero} lupa mengapa mereka mencarinya.",
)
TWISTS = (
    "Ketika hujan pertama turun, rahasia kota itu mulai menetes dari atap.",
    "Yang menunggu di akhir jalan ternyata seseorang dari awal cerita.",
    "Tidak semua yang hilang ingin ditemukan.",
    "Satu per satu penduduk desa mengaku pernah melihatnya juga.",
)
