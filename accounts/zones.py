"""Time zones as people name them."""

# The zones people in Russia live in: the name they know, with the biggest town.
TIME_ZONES = {
    "Europe/Kaliningrad": "МСК−1, Калининград",
    "Europe/Moscow": "МСК, Москва",
    "Europe/Samara": "МСК+1, Самара",
    "Europe/Astrakhan": "МСК+1, Астрахань",
    "Europe/Saratov": "МСК+1, Саратов",
    "Europe/Ulyanovsk": "МСК+1, Ульяновск",
    "Asia/Yekaterinburg": "МСК+2, Екатеринбург",
    "Asia/Omsk": "МСК+3, Омск",
    "Asia/Novosibirsk": "МСК+4, Новосибирск",
    "Asia/Barnaul": "МСК+4, Барнаул",
    "Asia/Tomsk": "МСК+4, Томск",
    "Asia/Novokuznetsk": "МСК+4, Кемерово",
    "Asia/Krasnoyarsk": "МСК+4, Красноярск",
    "Asia/Irkutsk": "МСК+5, Иркутск",
    "Asia/Chita": "МСК+6, Чита",
    "Asia/Yakutsk": "МСК+6, Якутск",
    "Asia/Vladivostok": "МСК+7, Владивосток",
    "Asia/Magadan": "МСК+8, Магадан",
    "Asia/Sakhalin": "МСК+8, Южно-Сахалинск",
    "Asia/Srednekolymsk": "МСК+8, Среднеколымск",
    "Asia/Kamchatka": "МСК+9, Петропавловск-Камчатский",
    "Asia/Anadyr": "МСК+9, Анадырь",
}
